/*
 * rw.h
 *		The rewrite engine: replace other sites' paths, hosts and values in a
 *		column value by the local site's.
 *
 * Pure C99 without PostgreSQL or an operating system: the extension and the
 * tool compile the same files.  The way through is
 *
 *		RwMappings (collected, checked)  ->  RwMatcher (compiled for one site)
 *		->  rw_rewrite() / rw_find(), as often as wanted.
 *
 * A matcher is read-only after rw_matcher_create() and may be used by any
 * number of threads.  What rewriting means is told in docs/rewriting.md.
 */
#ifndef RW_H
#define RW_H

#include <stdbool.h>
#include <stddef.h>

/* Longest accepted mapping value or name, in bytes. */
#define RW_VALUE_MAX 1024
#define RW_NAME_MAX 63

/*
 * The caller's allocator.
 *
 * allocate may leave by longjmp (palloc) or exit, but never returns NULL.
 * release may do nothing, where the caller frees whole arenas.
 */
typedef struct RwMemory
{
	void	   *(*allocate) (void *arg, size_t size);
	void		(*release) (void *arg, void *pointer);
	void	   *arg;
} RwMemory;

/* What a mapping's values are. */
typedef enum RwKind
{
	RW_KIND_PATH,
	RW_KIND_HOST,
	RW_KIND_VALUE
} RwKind;

/* In which form a column holds such values. */
typedef enum RwForm
{
	RW_FORM_PATH,				/* the whole value is one path */
	RW_FORM_HOST,				/* one host or a list of hosts */
	RW_FORM_TEXT,				/* anything */
	RW_FORM_VALUE				/* looked up whole */
} RwForm;

/* Why a definition was refused, or what to be careful about. */
typedef enum RwProblemCode
{
	RW_PROBLEM_NONE,
	RW_PROBLEM_INVALID,			/* the value or name itself cannot be used */
	RW_PROBLEM_CONFLICT,		/* two mappings contradict each other */
	RW_PROBLEM_WARNING			/* accepted, with a known limit */
} RwProblemCode;

/*
 * A problem in PostgreSQL's three parts; detail and hint may be empty.
 * Values longer than 80 bytes are cut short in it.
 */
typedef struct RwProblem
{
	RwProblemCode code;
	char		message[512];
	char		detail[640];
	char		hint[512];
} RwProblem;

typedef struct RwMappings RwMappings;
typedef struct RwMatcher RwMatcher;

/* What rw_find() found: the first place that rw_rewrite() would change. */
typedef struct RwHit
{
	size_t		start;			/* bytes [start, end) of the value */
	size_t		end;
	const char *mapping;		/* NUL-terminated, owned by the matcher */
	const char *site;			/* whose value it is; owned by the matcher */
} RwHit;

typedef enum RwResult
{
	RW_SAME,
	RW_CHANGED
} RwResult;

/*
 * rw_kind_parse, rw_form_parse
 *		Look a kind or form up by its name ("path", "host", "text", "value").
 *
 * errors: false when the name is not recognized; *kind is then untouched
 */
extern bool rw_kind_parse(const char *name, RwKind *kind);
extern bool rw_form_parse(const char *name, RwForm *form);

/*
 * rw_kind_name, rw_form_name
 *		The name of a kind or form: a static string.
 */
extern const char *rw_kind_name(RwKind kind);
extern const char *rw_form_name(RwForm form);

/*
 * rw_value_normalize
 *		Check one mapping value and bring it into the form that is stored.
 *
 * in:     value, NUL-terminated, in any server encoding
 * out:    stored[RW_VALUE_MAX + 1]: paths with single backslashes and without
 *         trailing separators, everything else as given
 * errors: false with *problem filled
 */
extern bool rw_value_normalize(RwKind kind, const char *value, char *stored,
							   RwProblem *problem);

/*
 * rw_mappings_create, rw_mappings_free
 *		An empty set of mappings.  *mem is copied; the caller frees the set.
 */
extern RwMappings *rw_mappings_create(const RwMemory *mem);
extern void rw_mappings_free(RwMappings *mappings);

/*
 * rw_mappings_add
 *		Add one value of one mapping at one site.
 *
 * in:     name, site, value: NUL-terminated, copied; current is false for a
 *         former value or an alias, which is rewritten to the current one
 * errors: false with *problem filled: an unusable value, a second current
 *         value for the site, a second kind for the name.  The set is then
 *         unchanged.  Conflicts between mappings are rw_mappings_check()'s.
 */
extern bool rw_mappings_add(RwMappings *mappings, const char *name,
							RwKind kind, const char *site, const char *value,
							bool current, RwProblem *problem);

/*
 * rw_mappings_check
 *		Refuse a set that would break idempotence, return or any-route.
 *
 * errors: false with *problem naming both mappings and their sites
 */
extern bool rw_mappings_check(const RwMappings *mappings, RwProblem *problem);

/*
 * rw_mappings_warnings
 *		Report what is accepted but has a known limit, each pair once.
 *
 * in:     only: report only what concerns this mapping (NULL: everything)
 * out:    report(arg, problem) is called for each; problem is valid only
 *         during the call
 */
extern void rw_mappings_warnings(const RwMappings *mappings, const char *only,
								 void (*report) (void *arg,
												 const RwProblem *problem),
								 void *arg);

/*
 * rw_matcher_create, rw_matcher_free
 *		Compile a checked set for one local site.
 *
 * in:     mappings may be freed afterwards; *mem is copied
 * out:    a matcher that the caller frees; a site that no value names gives a
 *         matcher that changes nothing
 */
extern RwMatcher *rw_matcher_create(const RwMappings *mappings,
									const char *site, const RwMemory *mem);
extern void rw_matcher_free(RwMatcher *matcher);

/* Has any mapping a value at the site the matcher was compiled for? */
extern bool rw_matcher_has_site(const RwMatcher *matcher);

/*
 * rw_rewrite
 *		Replace every foreign value in one column value by the local one.
 *
 * in:     bytes in any encoding in which ASCII bytes stand for ASCII, not
 *         NUL-terminated; not modified
 * out:    set only on RW_CHANGED; memory from *mem, owned by the caller, with
 *         a NUL behind its *outlen bytes
 * units:  all lengths in bytes
 * errors: none: every input is accepted, in time linear in its length
 */
extern RwResult rw_rewrite(const RwMatcher *matcher, RwForm form,
						   const char *in, size_t len, const RwMemory *mem,
						   char **out, size_t *outlen);

/*
 * rw_rewrite_json
 *		The same for a JSON text: form text on each string value, never on
 *		keys.  Everything but the replaced parts stays byte for byte.
 *		What is not JSON is copied as it is.
 */
extern RwResult rw_rewrite_json(const RwMatcher *matcher, const char *in,
								size_t len, const RwMemory *mem, char **out,
								size_t *outlen);

/*
 * rw_find, rw_find_json
 *		Find the first place that the functions above would change.
 *
 * out:    *hit (offsets count in the given bytes) where true is returned
 */
extern bool rw_find(const RwMatcher *matcher, RwForm form, const char *in,
					size_t len, RwHit *hit);
extern bool rw_find_json(const RwMatcher *matcher, const char *in, size_t len,
						 const RwMemory *mem, RwHit *hit);

/*
 * rw_suggest_form
 *		Say which form a column would need for this value, mappings aside: a
 *		whole UNC or drive path, a list with a known host, or text that holds
 *		either.
 *
 * in:     json: the value is a JSON text
 * errors: false where the value holds nothing of the kind
 */
extern bool rw_suggest_form(const RwMatcher *matcher, const char *in,
							size_t len, bool json, const RwMemory *mem,
							RwForm *form);

#endif							/* RW_H */
