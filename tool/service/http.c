/*
 * http.c
 *		Questions over HTTP, many at the same time, by libcurl.
 */
#include "service/http.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/memory.h"
#include "base/text.h"
#include "platform/cancel.h"
#include "platform/clock.h"

/* Between two tries. */
#define PAUSE_MS 250

/* How often Ctrl-C is looked for. */
#define SLICE_MS 100

/* More of an answer is not looked at. */
#define BODY_MOST 4096

typedef struct Transfer
{
	HttpQuestion *question;
	CURL	   *handle;
	struct curl_slist *connect_to;
	Text		body;
	char		words[CURL_ERROR_SIZE];
} Transfer;

static size_t
take(char *bytes, size_t size, size_t count, void *arg)
{
	Transfer   *transfer = arg;
	size_t		len = size * count;

	if (transfer->body.len < BODY_MOST)
		text_add_bytes(&transfer->body, bytes,
					   len < BODY_MOST ? len : BODY_MOST);
	return len;
}

/* Brackets around an address of IPv6. */
static struct curl_slist *
connect_to(const char *address)
{
	bool		six = strchr(address, ':') != NULL;
	char	   *entry = text_format("::%s%s%s:", six ? "[" : "", address,
									six ? "]" : "");
	struct curl_slist *list = curl_slist_append(NULL, entry);

	free(entry);
	return list;
}

static void
set_tls(CURL * handle, const HttpQuestion *question)
{
	curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER,
					 question->verify ? 1L : 0L);
	curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST,
					 question->verify ? 2L : 0L);
	if (question->ca != NULL)
		curl_easy_setopt(handle, CURLOPT_CAINFO, question->ca);
	if (question->certificate != NULL)
		curl_easy_setopt(handle, CURLOPT_SSLCERT, question->certificate);
}

static void
prepare(Transfer *transfer, HttpQuestion *question, int64_t each_ms)
{
	CURL	   *handle = curl_easy_init();

	memset(transfer, 0, sizeof(*transfer));
	transfer->question = question;
	transfer->handle = handle;
	if (handle == NULL)
		return;
	curl_easy_setopt(handle, CURLOPT_URL, question->url);
	curl_easy_setopt(handle, CURLOPT_PROXY, "");
	curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long) each_ms);
	curl_easy_setopt(handle, CURLOPT_USERAGENT, "qsrepl/" QSREPL_VERSION);
	curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(handle, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer->words);
	set_tls(handle, question);
	if (question->address != NULL)
		transfer->connect_to = connect_to(question->address);
	if (transfer->connect_to != NULL)
		curl_easy_setopt(handle, CURLOPT_CONNECT_TO, transfer->connect_to);
}

static bool
is_good(const HttpQuestion *question, long status, const char *body)
{
	switch (question->good)
	{
		case HTTP_SUCCESS:
			return status >= 200 && status < 400;
		case HTTP_ANSWER:
			return status < 500;
		case HTTP_NUMBER:
			break;
	}
	return status >= 200 && status < 300 && body != NULL &&
		strtol(body, NULL, 10) > 0;
}

/* What to do about what libcurl says. */
static const char *
hint_of_failure(CURLcode code)
{
	switch (code)
	{
		case CURLE_COULDNT_RESOLVE_HOST:
		case CURLE_URL_MALFORMAT:
		case CURLE_UNSUPPORTED_PROTOCOL:
			return "Look whether the address of the node, and the URL in "
				"section [services], are right.";
		case CURLE_COULDNT_CONNECT:
			return "Look whether the service runs at the node, whether the "
				"port in the URL is right, and whether a firewall is between.";
		case CURLE_OPERATION_TIMEDOUT:
			return "Look whether the node is on and a firewall is between; "
				"where the service is slow to start, set probe_timeout higher.";
		case CURLE_PEER_FAILED_VERIFICATION:
			return "Look whether the node's certificate has expired, has the "
				"name in the URL, and is of the authority that probe_ca, or "
				"alias_ca, names.";
		case CURLE_SSL_CACERT_BADFILE:
			return "Look whether the file that probe_ca, or alias_ca, names "
				"is there, and has a certificate in PEM.";
		case CURLE_SSL_CERTPROBLEM:
			return "Look whether the file that probe_certificate names has a "
				"certificate with its key in PEM.";
		case CURLE_SSL_CONNECT_ERROR:
			return "Look whether the URL should begin with http, whether its "
				"port is right, and whether the node offers TLS 1.2 or later.";
		default:
			return "Open the URL in a browser at the node, and look into the "
				"service's own log there.";
	}
}

/* What to do about an answer that is not as it should. */
static const char *
hint_of_status(long status)
{
	if (status == 401 || status == 403)
		return "Look whether probe_certificate names a certificate that Qlik "
			"Sense has issued.";
	if (status == 404)
		return "Look whether the URL in section [services] is right.";
	return "The service is there, and is not ready: look into its own log at "
		"the node.";
}

static void
judge(Transfer *transfer, CURLcode code, Arena *arena)
{
	HttpQuestion *question = transfer->question;
	const char *body = transfer->body.bytes;
	long		status = 0;

	curl_easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &status);
	question->problem = NULL;
	question->hint = NULL;
	question->answered = code == CURLE_OK && is_good(question, status, body);
	if (code != CURLE_OK)
		question->problem = arena_strdup(arena, transfer->words[0] != '\0' ?
										 transfer->words :
										 curl_easy_strerror(code));
	else if (!question->answered && status >= 200 && status < 300)
		question->problem = arena_printf(arena, "it answers \"%s\"",
										 arena_quote(arena, body != NULL ?
													 body : ""));
	else if (!question->answered)
		question->problem = arena_printf(arena, "it answers with status %ld",
										 status);
	if (code != CURLE_OK)
		question->hint = hint_of_failure(code);
	else if (!question->answered)
		question->hint = hint_of_status(status);
}

static void
finish(CURLM * multi, Transfer *transfer)
{
	if (transfer->handle != NULL)
	{
		curl_multi_remove_handle(multi, transfer->handle);
		curl_easy_cleanup(transfer->handle);
	}
	curl_slist_free_all(transfer->connect_to);
	text_free(&transfer->body);
}

static void
take_ends(CURLM * multi, Arena *arena)
{
	CURLMsg    *message;
	int			left;

	while ((message = curl_multi_info_read(multi, &left)) != NULL)
	{
		Transfer   *transfer = NULL;

		if (message->msg == CURLMSG_DONE &&
			curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
							  (char **) &transfer) == CURLE_OK)
			judge(transfer, message->data.result, arena);
	}
}

/* Once to all that have not answered. */
static void
ask_once(HttpQuestion *questions, size_t n, int64_t each_ms, Arena *arena)
{
	CURLM	   *multi = curl_multi_init();
	Transfer   *transfers = mem_alloc((n + 1) * sizeof(Transfer));
	size_t		asked = 0;
	int			running = 0;

	for (size_t i = 0; i < n; i++)
		if (!questions[i].answered)
		{
			Transfer   *transfer = &transfers[asked++];

			prepare(transfer, &questions[i], each_ms);
			if (transfer->handle != NULL)
				curl_multi_add_handle(multi, transfer->handle);
		}
	do
	{
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			break;
		take_ends(multi, arena);
		if (running > 0)
			curl_multi_poll(multi, NULL, 0, SLICE_MS, NULL);
	} while (running > 0 && !plat_cancelled());
	for (size_t i = 0; i < asked; i++)
		finish(multi, &transfers[i]);
	free(transfers);
	curl_multi_cleanup(multi);
}

static bool
all_answered(HttpQuestion *questions, size_t n, int64_t ms)
{
	bool		all = true;

	for (size_t i = 0; i < n; i++)
	{
		if (questions[i].answered && questions[i].ms < 0)
			questions[i].ms = ms;
		all = all && questions[i].answered;
	}
	return all;
}

bool
http_ask(HttpQuestion *questions, size_t n, int64_t each_ms, int64_t all_ms,
		 Arena *arena)
{
	int64_t		begin = plat_clock_ms();

	for (size_t i = 0; i < n; i++)
	{
		questions[i].answered = false;
		questions[i].ms = -1;
		questions[i].problem = "it was not asked";
		questions[i].hint = "Run the command again.";
	}
	for (;;)
	{
		int64_t		left = all_ms - (plat_clock_ms() - begin);

		ask_once(questions, n, left > 0 && left < each_ms ? left : each_ms,
				 arena);
		if (all_answered(questions, n, plat_clock_ms() - begin))
			return true;
		if (plat_clock_ms() - begin >= all_ms || !plat_sleep_ms(PAUSE_MS))
			break;
	}
	return false;
}
