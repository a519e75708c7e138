/*
 * corpora.c
 *		The values that are rewritten: shaped like those of a Qlik Sense
 *		repository.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define PICK(random, list) \
	((list)[random_below(random, sizeof(list) / sizeof((list)[0]))])

typedef struct Source
{
	Random		random;
	const Pair *pairs;
	size_t		n;				/* mappings that may be named */
} Source;

static const char *const folders[] = {
	"Apps", "StaticContent", "ArchivedLogs", "CustomData", "Extensions",
	"Data\\Finance & Sales", "QVD\\2026", "Scripts"
};

/* What is neither site's. */
static const char *const strangers[] = {
	"crm.vendor.example", "api.weather.example", "dw07", "10.77.12.9",
	"sap-prd.corp.local", "localhost", "reports.partner.example", "ORA19"
};

static const char *const strange_paths[] = {
	"\\\\dw07\\export", "\\\\sap-prd.corp.local\\out", "C:\\ProgramData\\Qlik",
	"D:\\Temp\\Reload", "\\\\10.77.12.9\\scan", "E:\\Archive\\2025"
};

/* A mapping of that kind; the first is a host and stands for paths too. */
static const Pair *
pick_pair(Source *source, RwKind kind)
{
	const Pair *pair = &source->pairs[0];

	if (source->n > 1)
		do
			pair = &source->pairs[random_below(&source->random, source->n)];
		while (pair->kind != kind);
	return pair;
}

/* Half of what is named is foreign; the rest is local or a stranger's. */
static const char *
pick_value(Source *source, const Pair *pair, const char *stranger)
{
	switch (random_below(&source->random, 4))
	{
		case 0:
			return pair->local;
		case 1:
			return stranger;
		default:
			return pair->foreign;
	}
}

static void
put_host(Source *source, Buffer *out)
{
	const Pair *pair = pick_pair(source, RW_KIND_HOST);
	const char *host = pick_value(source, pair,
								  PICK(&source->random, strangers));

	if (strchr(host, ':') != NULL)
		buffer_printf(out, "[%s]", host);
	else
		buffer_puts(out, host);
}

static void
put_path(Source *source, Buffer *out)
{
	const Pair *pair = pick_pair(source, RW_KIND_PATH);
	const char *path = pick_value(source, pair, NULL);

	if (path == NULL)
		buffer_puts(out, PICK(&source->random, strange_paths));
	else if (pair->kind == RW_KIND_HOST)
		buffer_printf(out, "\\\\%s\\QlikShare", path);
	else
		buffer_puts(out, path);
	buffer_printf(out, "\\%s", PICK(&source->random, folders));
}

/* The same with its backslashes escaped. */
static void
put_escaped_path(Source *source, Buffer *out)
{
	Buffer		plain = {0};

	put_path(source, &plain);
	for (size_t i = 0; i < plain.len; i++)
	{
		if (plain.bytes[i] == '\\')
			buffer_puts(out, "\\");
		buffer_add(out, plain.bytes + i, 1);
	}
	free(plain.bytes);
}

static unsigned int
number(Source *source, size_t below)
{
	return (unsigned int) random_below(&source->random, below);
}

static void
put_odbc(Source *source, Buffer *out)
{
	buffer_printf(out, "CUSTOM CONNECT TO \"provider="
				  "QvOdbcConnectorPackage.exe;driver=%s;host=",
				  number(source, 2) == 0 ? "mssql" : "postgres");
	put_host(source, out);
	buffer_printf(out, ";port=%u;db=DW_%u;FetchTSWTZasTimestamp=1;"
				  "MaxVarcharSize=262144;useBulkReader=true;maxStringLength="
				  "4096;\"", 1000 + number(source, 9000), number(source, 100));
}

static void
put_oledb(Source *source, Buffer *out)
{
	buffer_printf(out, "OLEDB CONNECT TO [Provider=SQLOLEDB.1;Persist "
				  "Security Info=True;User ID=svc_qlik%u;Initial Catalog=DM;"
				  "Data Source=", number(source, 100));
	put_host(source, out);
	buffer_printf(out, ";Use Procedure for Prepare=1;Auto Translate=True;"
				  "Packet Size=4096;Workstation ID=WS%02u]",
				  number(source, 100));
}

static void
put_oledb_file(Source *source, Buffer *out)
{
	buffer_puts(out, "OLEDB CONNECT TO [Provider=Microsoft.ACE.OLEDB.12.0;"
				"Data Source=");
	put_path(source, out);
	buffer_printf(out, "\\plan%u.accdb;Mode=Read;Jet OLEDB:Engine Type=6;"
				  "Jet OLEDB:Database Locking Mode=1;]", number(source, 100));
}

static void
put_text_driver(Source *source, Buffer *out)
{
	buffer_puts(out, "ODBC CONNECT TO [Driver={Microsoft Text Driver (*.txt; "
				"*.csv)};DBQ=");
	put_path(source, out);
	buffer_printf(out, "\\csv;Extensions=csv;MaxBufferSize=2048;PageTimeout="
				  "%u;SafeTransactions=0]", number(source, 100));
}

static void
put_rest(Source *source, Buffer *out)
{
	buffer_puts(out, "CUSTOM CONNECT TO \"provider=QvRestConnector.exe;"
				"url=https://");
	put_host(source, out);
	buffer_printf(out, ":%u/qrs/app/full;timeout=900;method=GET;"
				  "autoDetectResponseType=true;keyGenerationStrategy=0;"
				  "authSchema=ntlm;skipServerCertificateValidation=true;"
				  "useCertificate=No;\"", 4000 + number(source, 500));
}

static void
put_connection(Source *source, Buffer *out)
{
	switch (number(source, 6))
	{
		case 0:
		case 1:
			put_odbc(source, out);
			break;
		case 2:
			put_oledb(source, out);
			break;
		case 3:
			put_oledb_file(source, out);
			break;
		case 4:
			put_text_driver(source, out);
			break;
		default:
			put_rest(source, out);
			break;
	}
}

static void
put_json_item(Source *source, Buffer *out)
{
	buffer_printf(out, "{\"id\":\"%08x-77aa-4c1b-9e00-%08x0042\",\"name\":\"",
				  number(source, 0x7FFFFFFF), number(source, 0x7FFFFFFF));
	prose_words(&source->random, 3, out);
	buffer_puts(out, "\",\"description\":\"");
	prose_sentence(&source->random, out);
	prose_sentence(&source->random, out);
	buffer_printf(out, "\",\"size\":%u,\"published\":true,\"tags\":[\"",
				  number(source, 1000000));
	prose_words(&source->random, 1, out);
	buffer_puts(out, "\",\"");
	prose_words(&source->random, 1, out);
	buffer_puts(out, "\"],\"root\":\"");
	put_escaped_path(source, out);
	buffer_puts(out, "\",\"url\":\"https://");
	put_host(source, out);
	buffer_printf(out, ":4242/qrs/app/%u\",\"modified\":\"2026-03-%02uT08:15:"
				  "%02u.123Z\"}", number(source, 100000),
				  1 + number(source, 28), number(source, 60));
}

static void
put_json(Source *source, Buffer *out)
{
	buffer_puts(out, "{\"schema\":2,\"items\":[");
	put_json_item(source, out);
	while (out->len < 3800)
	{
		buffer_puts(out, ",");
		put_json_item(source, out);
	}
	buffer_puts(out, "]}");
}

static void
put_text(Source *source, Buffer *out)
{
	while (out->len < 1024 * 1024)
	{
		size_t		n = 1 + random_below(&source->random, 8);
		bool		log = random_below(&source->random, 2) == 0;

		for (size_t i = 0; i < n; i++)
		{
			if (log)
				prose_log_line(&source->random, out);
			else
				prose_sentence(&source->random, out);
		}
		if (!log)
			buffer_puts(out, "\n");
	}
}

typedef struct Shape
{
	const char *key;
	const char *title;
	RwForm		form;
	size_t		n;				/* values */
	void		(*put) (Source *source, Buffer *out);
} Shape;

static const Shape shapes[CORPORA] = {
	{"paths", "short paths", RW_FORM_PATH, 4096, put_path},
	{"connections", "connection strings", RW_FORM_TEXT, 1024, put_connection},
	{"json", "4 kB JSON documents", RW_FORM_TEXT, 64, put_json},
	{"text", "1 MB text without a hit, cached", RW_FORM_TEXT, 1, put_text},
	{"texts", "1 MB texts without a hit", RW_FORM_TEXT, 48, put_text}
};

Corpus *
corpus_create(CorpusKind kind, const Pair *pairs, size_t n)
{
	const Shape *shape = &shapes[kind];
	Corpus	   *corpus = heap_alloc(sizeof(Corpus));
	Source		source = {{2026 + (uint64_t) kind}, pairs, n};

	memset(corpus, 0, sizeof(*corpus));
	corpus->kind = kind;
	corpus->key = shape->key;
	corpus->title = shape->title;
	corpus->form = shape->form;
	corpus->n = shape->n;
	corpus->values = heap_alloc(shape->n * sizeof(char *));
	corpus->lens = heap_alloc(shape->n * sizeof(size_t));
	for (size_t i = 0; i < shape->n; i++)
	{
		Buffer		value = {0};

		shape->put(&source, &value);
		corpus->values[i] = value.bytes;
		corpus->lens[i] = value.len;
		corpus->bytes += value.len;
	}
	return corpus;
}

bool
corpus_is_text(CorpusKind kind)
{
	return kind == CORPUS_TEXT || kind == CORPUS_TEXTS;
}

void
corpus_free(Corpus *corpus)
{
	for (size_t i = 0; i < corpus->n; i++)
		free(corpus->values[i]);
	free(corpus->values);
	free(corpus->lens);
	free(corpus);
}
