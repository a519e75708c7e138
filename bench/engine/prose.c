/*
 * prose.c
 *		Words, sentences and log lines with ordinary punctuation.
 *
 * Nothing here is a value of a mapping, but what looks like one from afar is
 * there as often as in real texts: numbers with dots, times with colons,
 * words with hyphens, a path or a URL here and there.
 */
#include "bench.h"

#define PICK(random, list) \
	((list)[random_below(random, sizeof(list) / sizeof((list)[0]))])

static const char *const words[] = {
	"the", "of", "and", "to", "a", "in", "is", "that", "for", "it", "as",
	"was", "with", "be", "by", "on", "not", "this", "are", "at", "from",
	"which", "or", "an", "were", "their", "been", "has", "have", "will",
	"would", "each", "other", "when", "all", "there", "more", "report",
	"sales", "region", "month", "quarter", "budget", "customer", "order",
	"orders", "invoice", "forecast", "margin", "product", "products",
	"reload", "application", "stream", "task", "tasks", "user", "users",
	"license", "sheet", "chart", "measure", "dimension", "table", "field",
	"fields", "script", "loaded", "failed", "finished", "started",
	"scheduled", "manager", "department", "finance", "logistics",
	"production", "quality", "supplier", "warehouse", "delivery", "country",
	"currency", "account", "accounts", "balance", "transaction", "period",
	"average", "total", "difference", "previous", "current", "following",
	"because", "between", "through", "during", "before", "after", "under",
	"over", "again", "further", "those", "these", "should", "could",
	"administrator", "approval", "document", "analysis", "performance"
};

static const char *const levels[] = {"INFO", "INFO", "INFO", "DEBUG", "WARN"};

static const char *const sources[] = {
	"Scheduler.Scheduler.Master.Task.TaskSession", "Engine.Session",
	"Repository.Core.Status.ServiceStatus", "Proxy.Audit", "Printing"
};

void
prose_words(Random *random, size_t n, Buffer *out)
{
	for (size_t i = 0; i < n; i++)
	{
		if (i > 0)
			buffer_puts(out, " ");
		buffer_puts(out, PICK(random, words));
	}
}

/* What stands between two words of a sentence. */
static void
put_between(Random *random, Buffer *out)
{
	switch (random_below(random, 60))
	{
		case 0:
		case 1:
		case 2:
		case 3:
		case 4:
			buffer_puts(out, ", ");
			break;
		case 5:
			buffer_puts(out, "-");
			break;
		case 6:
			buffer_puts(out, " (");
			prose_words(random, 2, out);
			buffer_puts(out, ") ");
			break;
		case 7:
			buffer_printf(out, " %u.%u%% ",
						  (unsigned int) random_below(random, 100),
						  (unsigned int) random_below(random, 10));
			break;
		case 8:
			buffer_puts(out, random_below(random, 2) == 0 ? "; " : ": ");
			break;
		case 9:
			buffer_puts(out, random_below(random, 3) == 0 ? "/" : "'s ");
			break;
		case 10:
			buffer_printf(out, " %u ",
						  (unsigned int) random_below(random, 3000));
			break;
		default:
			buffer_puts(out, " ");
			break;
	}
}

void
prose_sentence(Random *random, Buffer *out)
{
	size_t		n = 6 + random_below(random, 16);
	size_t		first = out->len;

	for (size_t i = 0; i < n; i++)
	{
		if (i > 0)
			put_between(random, out);
		buffer_puts(out, PICK(random, words));
	}
	out->bytes[first] = (char) (out->bytes[first] - 'a' + 'A');
	buffer_puts(out, random_below(random, 12) == 0 ? "? " : ". ");
}

static void
put_log_tail(Random *random, Buffer *out)
{
	unsigned int number = (unsigned int) random_below(random, 100000);

	switch (random_below(random, 24))
	{
		case 0:
			buffer_printf(out, " (C:\\ProgramData\\Qlik\\Sense\\Log\\%05u.log)",
						  number);
			break;
		case 1:
			buffer_printf(out, " (https://help.qlik.com/en-US/%u)", number);
			break;
		case 2:
		case 3:
			buffer_printf(out, " [rows=%u, errors=0]", number);
			break;
		case 4:
		case 5:
			buffer_printf(out, " %08x-%04x-4%03x-9%03x-%012x", number * 40503u,
						  number % 65536, number % 4096, number % 997,
						  number * 2654435761u);
			break;
		case 6:
		case 7:
		case 8:
			buffer_printf(out, " in %u.%03u s", number % 60, number % 1000);
			break;
		default:
			break;
	}
}

void
prose_log_line(Random *random, Buffer *out)
{
	unsigned int time = (unsigned int) random_below(random, 86400000);

	buffer_printf(out, "2026-%02u-%02uT%02u:%02u:%02u.%03u+0100\t%s\t%s\t",
				  1 + time % 12, 1 + time % 28, time / 3600000,
				  time / 60000 % 60, time / 1000 % 60, time % 1000,
				  PICK(random, levels), PICK(random, sources));
	prose_words(random, 5 + random_below(random, 10), out);
	put_log_tail(random, out);
	buffer_puts(out, "\n");
}
