/*
 * bench.h
 *		The engine's benchmark: what its parts share.
 *
 * A cell is one peer on one corpus with one number of mappings.  Each round
 * measures every cell once, the peers of a corpus next to each other, so that
 * a machine that slows down or speeds up does so for all of them.
 *
 * Everything is generated from fixed seeds; two runs measure the same bytes.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rw.h"

#define MAPPINGS_MAX 10000
#define REASON_MAX 160
#define ROUNDS_MAX 15

/* The site whose values are foreign, and the one that is local. */
#define SITE_FOREIGN "A"
#define SITE_LOCAL "B"

/* ---- random.c ---- */

typedef struct Random
{
	uint64_t	state;
} Random;

/* A number in [0, below). */
extern size_t random_below(Random *random, size_t below);

/* ---- arena.c: what palloc in a short-lived context costs ---- */

extern void *arena_alloc(size_t size);
extern void arena_reset(void);

/* The arena for rw_rewrite(), and malloc for what lives longer. */
extern const RwMemory arena_memory;
extern const RwMemory heap_memory;

/* malloc that ends the program where there is no memory. */
extern void *heap_alloc(size_t size);

/* ---- buffer.c: text that grows ---- */

typedef struct Buffer
{
	char	   *bytes;			/* NUL-terminated once something was added */
	size_t		len;
	size_t		capacity;
} Buffer;

extern void buffer_add(Buffer *buffer, const char *bytes, size_t len);
extern void buffer_puts(Buffer *buffer, const char *string);
extern void buffer_printf(Buffer *buffer, const char *format,...)
#ifdef __GNUC__
			__attribute__((format(printf, 2, 3)))
#endif
		   ;

/* ---- mappings.c ---- */

typedef struct Pair
{
	RwKind		kind;
	char		name[24];
	char		foreign[80];	/* site A's value */
	char		local[80];		/* site B's */
	size_t		foreign_len;	/* bytes */
	size_t		local_len;		/* bytes */
} Pair;

/* The first n of them are the mappings of a run with n mappings. */
extern const Pair *mappings_create(void);

/* The same in the engine's form, for site B; ends the program on error. */
extern RwMatcher *mappings_compile(const Pair *pairs, size_t n);

/* ---- corpora.c, prose.c ---- */

typedef enum CorpusKind
{
	CORPUS_PATHS,
	CORPUS_CONNECTIONS,
	CORPUS_JSON,
	CORPUS_TEXT,				/* one, always in the cache */
	CORPUS_TEXTS,				/* many, more than fit the cache */
	CORPORA
} CorpusKind;

typedef struct Corpus
{
	CorpusKind	kind;
	const char *key;
	const char *title;
	RwForm		form;
	size_t		n;				/* values */
	char	  **values;			/* NUL-terminated */
	size_t	   *lens;			/* bytes of each */
	size_t		bytes;			/* of all values */
} Corpus;

/*
 * corpus_create
 *		Generate a corpus that names the first n mappings, each about as
 *		often, in about half of the places where something is named.
 */
extern Corpus *corpus_create(CorpusKind kind, const Pair *pairs, size_t n);
extern void corpus_free(Corpus *corpus);

/* Does the corpus name no mapping at all? */
extern bool corpus_is_text(CorpusKind kind);

/* A few words without punctuation; a sentence; a line of a log. */
extern void prose_words(Random *random, size_t n, Buffer *out);
extern void prose_sentence(Random *random, Buffer *out);
extern void prose_log_line(Random *random, Buffer *out);

/* ---- peers ---- */

typedef struct Run
{
	size_t		count;			/* the first values of the corpus */
	size_t		repeats;
	double		ns;				/* out: for all of them */
	size_t		changed;		/* out: values changed in one repeat */
} Run;

typedef struct Peer
{
	const char *key;
	const char *title;
	unsigned int corpora;		/* bit 1 << CorpusKind for each it is for */
	bool		sql;			/* runs in a server */

	/* Prepare for mappings; NULL with a reason where it cannot. */
	void	   *(*open) (const Pair *pairs, size_t n, char *reason);
	void		(*close) (void *state);

	/* false with a reason where it cannot do that corpus. */
	bool		(*run) (void *state, const Corpus *corpus, Run *run,
						char *reason);
} Peer;

#define TEXT_CORPORA (1u << CORPUS_TEXT | 1u << CORPUS_TEXTS)
#define ALL_CORPORA ((1u << CORPORA) - 1)

/* A server would read many texts out of its own memory, as one. */
#define SQL_CORPORA (ALL_CORPORA & ~(1u << CORPUS_TEXTS))

extern const Peer peer_qsrepl;
extern const Peer peer_qsrepl_json;
extern const Peer peer_vectorscan;
extern const Peer peer_pcre2;
extern const Peer peer_replace;
extern const Peer peer_memchr;
extern const Peer peer_sql_qsrepl;
extern const Peer peer_sql_replace;
extern const Peer peer_sql_regexp;

/*
 * peer_sql_connect
 *		Name the scratch server and load the corpora there, one database for
 *		each number of mappings.
 *
 * errors: false with a reason
 */
extern bool peer_sql_connect(const char *conninfo, Corpus *const *corpora,
							 char *reason);

/* ---- values.c: peers that take one value at a time ---- */

/* Returns whether *out was set; memory for it is the arena's. */
typedef bool (*RewriteValue) (void *state, const Corpus *corpus,
							  const char *in, size_t len, char **out,
							  size_t *outlen);

extern bool values_run(RewriteValue rewrite, void *state,
					   const Corpus *corpus, Run *run);

/* A hash of everything that the peer makes of the corpus. */
extern uint64_t values_digest(RewriteValue rewrite, void *state,
							  const Corpus *corpus);

/* What values_digest() needs of the engine. */
extern bool qsrepl_rewrite(void *state, const Corpus *corpus, const char *in,
						   size_t len, char **out, size_t *outlen);

/* ---- stats.c ---- */

/* Processor time of this process, and of another one on this machine. */
extern double cpu_ns(void);
extern double cpu_ns_of(int pid);

extern double median(const double *samples, size_t n);

/* ---- cells.c ---- */

typedef struct Cell
{
	const Peer *peer;
	const Corpus *corpus;
	size_t		mappings;
	bool		all;			/* the corpus names all mappings */
	void	   *state;			/* the peer's, NULL: it cannot */
	char		reason[REASON_MAX]; /* why there is no result */
	Run			run;
	size_t		rounds;			/* how many are wanted of this cell */
	double		samples[ROUNDS_MAX];	/* ns per value */
	size_t		n_samples;
} Cell;

/* Choose count and repeats so that one measurement takes a slice of time. */
extern void cell_calibrate(Cell *cell, size_t rounds);
extern void cell_measure(Cell *cell);

/* Median ns per value, or 0 where there is none. */
extern double cell_ns(const Cell *cell);

/*
 * cell_ratio
 *		The median over rounds of one cell's time to the other's: what slows
 *		the machine in a round slows both.
 */
extern double cell_ratio(const Cell *a, const Cell *b);

/* ---- targets.c, results.c ---- */

typedef struct Results
{
	Cell	   *cells;
	size_t		n;
	const size_t *sizes;		/* numbers of mappings */
	size_t		n_sizes;
} Results;

typedef struct Target
{
	const char *text;
	bool		at_most;		/* the greatest is the worst, else the least */
	bool		measured;
	double		worst;			/* ratio that decides */
	char		detail[640];	/* all ratios */
} Target;

#define TARGETS 3

/* The cell, or NULL where there is no result for it. */
extern const Cell *results_find(const Results *results, const Peer *peer,
								CorpusKind corpus, size_t mappings, bool all);

/* The worst ratio of each target, and all of them. */
extern void targets_judge(const Results *results, Target *targets);

/*
 * results_write
 *		Append to the lines of results; corpora are those that name the first
 *		mapping.
 *
 * errors: false where the file could not be written
 */
extern bool results_write(const char *path, const Results *results,
						  const Target *targets,
						  const Corpus *const *corpora);

#endif							/* BENCH_H */
