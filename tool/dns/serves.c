/*
 * serves.c
 *		A sign of life: does what the alias points to still serve users?
 */
#include <curl/curl.h>

#include "dns/internal.h"
#include "platform/clock.h"

/* Does any server say that it points to the site, and none another? */
static bool
points_here(const DnsReport *report, const ConfigSite *site)
{
	bool		here = false;
	bool		silent = true;

	for (size_t i = 0; i < report->n; i++)
	{
		const DnsAnswer *answer = &report->answers[i];

		if (answer->state != DNS_POINTS)
			continue;
		silent = false;
		if (answer->site != site)
			return false;
		here = true;
	}
	return here || (silent && report->local.state == DNS_POINTS &&
					report->local.site == site);
}

/*
 * Connect, and shake hands where it is TLS: a certificate of whatever kind
 * will do, since it is not trust that is asked for.
 */
static bool
answers(const ConfigDns *dns, const char *host, long deadline_ms)
{
	Arena		arena = {NULL};
	CURL	   *curl = curl_easy_init();
	bool		good;

	if (curl == NULL)
		return false;
	curl_easy_setopt(curl, CURLOPT_URL,
					 arena_printf(&arena, "%s://%s:%d/",
								  dns->probe == CONFIG_PROBE_TLS ? "https" :
								  "http", host, dns->probe_port));
	curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	/* An old server is alive, too. */
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1);
	curl_easy_setopt(curl, CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, deadline_ms);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, deadline_ms);
	good = curl_easy_perform(curl) == CURLE_OK;
	curl_easy_cleanup(curl);
	arena_free(&arena);
	return good;
}

bool
dns_serves(const Config *config, const ConfigSite *site, int deadline_ms)
{
	int64_t		end = plat_clock_ms() + deadline_ms;
	DnsReport	report = {.n = 0};
	bool		here;
	int64_t		left;

	if (!dns_configured(config) || config->dns.probe == CONFIG_PROBE_OFF ||
		site->dns_target == NULL)
		return false;
	dns_show(config, NULL, deadline_ms / 2, &report);
	here = points_here(&report, site);
	dns_report_free(&report);
	left = end - plat_clock_ms();
	return here && left > 0 &&
		answers(&config->dns, site->dns_target, (long) left);
}
