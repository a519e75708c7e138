/*
 * engine.c
 *		The engine beside its peers: ns per value.
 *
 * engine [--rounds N] [--server CONNINFO] [--results FILE]
 *
 * Exits with 1 where it could not measure, never because a target was missed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static const size_t sizes[] = {1, 10, 1000, MAPPINGS_MAX};

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* In the order in which a round measures them. */
static const Peer *const peers[] = {
	&peer_qsrepl, &peer_qsrepl_json, &peer_memchr, &peer_vectorscan,
	&peer_pcre2, &peer_replace, &peer_sql_qsrepl, &peer_sql_replace,
	&peer_sql_regexp
};

#define PEERS (sizeof(peers) / sizeof(peers[0]))

typedef struct Options
{
	size_t		rounds;
	const char *server;			/* NULL: no SQL peers */
	const char *results;		/* NULL: no file */
} Options;

typedef struct Bench
{
	const Pair *pairs;
	Corpus	   *first[CORPORA]; /* name the first mapping */
	Corpus	   *all[SIZES][CORPORA];	/* name all; NULL where there is none */
	void	   *states[PEERS][SIZES];
	char		reasons[PEERS][SIZES][REASON_MAX];
	Cell		cells[PEERS * SIZES * CORPORA * 2];
	size_t		n_cells;
} Bench;

static void
usage(void)
{
	fprintf(stderr, "usage: engine [--rounds N] [--server CONNINFO] "
			"[--results FILE]\n");
	exit(1);
}

static Options
read_options(int argc, char **argv)
{
	Options		options = {7, NULL, NULL};

	for (int i = 1; i < argc; i += 2)
	{
		if (i + 1 >= argc)
			usage();
		if (strcmp(argv[i], "--rounds") == 0)
			options.rounds = strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--server") == 0)
			options.server = argv[i + 1];
		else if (strcmp(argv[i], "--results") == 0)
			options.results = argv[i + 1];
		else
			usage();
	}
	if (options.rounds < 1 || options.rounds > ROUNDS_MAX)
	{
		fprintf(stderr, "engine: error: rounds must be 1 to %d\n",
				ROUNDS_MAX);
		exit(1);
	}
	return options;
}

static void
create_corpora(Bench *bench)
{
	for (int kind = 0; kind < CORPORA; kind++)
	{
		bench->first[kind] = corpus_create((CorpusKind) kind, bench->pairs,
										   1);
		for (size_t size = 1; size < SIZES && !corpus_is_text((CorpusKind) kind);
			 size++)
			bench->all[size][kind] = corpus_create((CorpusKind) kind,
												   bench->pairs,
												   sizes[size]);
	}
}

static void
open_peers(Bench *bench, bool sql)
{
	for (size_t peer = 0; peer < PEERS; peer++)
		for (size_t size = 0; size < SIZES; size++)
			if (sql || !peers[peer]->sql)
				bench->states[peer][size] =
					peers[peer]->open(bench->pairs, sizes[size],
									  bench->reasons[peer][size]);
}

static void
add_cell(Bench *bench, size_t peer, size_t size, const Corpus *corpus,
		 bool all)
{
	Cell	   *cell;

	if (corpus == NULL || (peers[peer]->corpora & 1u << corpus->kind) == 0)
		return;
	cell = &bench->cells[bench->n_cells++];
	cell->peer = peers[peer];
	cell->corpus = corpus;
	cell->mappings = sizes[size];
	cell->all = all;
	cell->state = bench->states[peer][size];
	memcpy(cell->reason, bench->reasons[peer][size], REASON_MAX);
}

/* Peers of one corpus and size stand next to each other. */
static void
create_cells(Bench *bench, bool sql)
{
	for (int kind = 0; kind < CORPORA; kind++)
		for (size_t size = 0; size < SIZES; size++)
		{
			for (size_t peer = 0; peer < PEERS; peer++)
				if (sql || !peers[peer]->sql)
					add_cell(bench, peer, size, bench->first[kind], false);
			for (size_t peer = 0; peer < PEERS; peer++)
				if (!peers[peer]->sql)
					add_cell(bench, peer, size, bench->all[size][kind],
							 true);
		}
}

/* The same work whatever the number of mappings: the ratios mean it. */
static void
check_same_work(const Bench *bench)
{
	for (int kind = 0; kind < CORPORA; kind++)
	{
		uint64_t	digest = values_digest(qsrepl_rewrite,
										   bench->states[0][0],
										   bench->first[kind]);

		for (size_t size = 1; size < SIZES; size++)
			if (values_digest(qsrepl_rewrite, bench->states[0][size],
							  bench->first[kind]) != digest)
			{
				fprintf(stderr, "engine: error: corpus \"%s\" is rewritten "
						"differently with %lu mappings\n",
						bench->first[kind]->key,
						(unsigned long) sizes[size]);
				exit(1);
			}
	}
}

static void
measure(Bench *bench, size_t rounds)
{
	for (size_t i = 0; i < bench->n_cells; i++)
		cell_calibrate(&bench->cells[i], rounds);
	for (size_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < bench->n_cells; i++)
			cell_measure(&bench->cells[i]);
}

static bool
report(Bench *bench, const Options *options)
{
	Results		results = {bench->cells, bench->n_cells, sizes, SIZES};
	Target		targets[TARGETS];

	targets_judge(&results, targets);
	if (options->results == NULL ||
		results_write(options->results, &results, targets,
					  (const Corpus *const *) bench->first))
		return true;
	fprintf(stderr, "engine: error: could not write file \"%s\": %s\n",
			options->results, strerror(errno));
	return false;
}

static void
clean_up(Bench *bench)
{
	for (size_t peer = 0; peer < PEERS; peer++)
		for (size_t size = 0; size < SIZES; size++)
			if (bench->states[peer][size] != NULL)
				peers[peer]->close(bench->states[peer][size]);
	for (int kind = 0; kind < CORPORA; kind++)
	{
		corpus_free(bench->first[kind]);
		for (size_t size = 0; size < SIZES; size++)
			if (bench->all[size][kind] != NULL)
				corpus_free(bench->all[size][kind]);
	}
}

int
main(int argc, char **argv)
{
	static Bench bench;
	Options		options = read_options(argc, argv);
	char		reason[REASON_MAX];
	bool		good;

	bench.pairs = mappings_create();
	create_corpora(&bench);
	if (options.server != NULL &&
		!peer_sql_connect(options.server, bench.first, reason))
	{
		fprintf(stderr, "engine: error: could not connect to server: %s\n",
				reason);
		return 1;
	}
	open_peers(&bench, options.server != NULL);
	check_same_work(&bench);
	create_cells(&bench, options.server != NULL);
	measure(&bench, options.rounds);
	good = report(&bench, &options);
	clean_up(&bench);
	return good ? 0 : 1;
}
