/*
 * verify.h
 *		Is a set whole and sound, and is it what a site expects?
 *
 * Nothing is changed, no server is asked: what there is to expect is given.
 */
#ifndef CERT_VERIFY_H
#define CERT_VERIFY_H

#include "base/arena.h"
#include "cert/cert.h"
#include "cert/folder.h"
#include "config/config.h"

/* A thumbprint that is named somewhere, and must be in the set. */
typedef struct CertNamed
{
	CertRole	role;			/* CERT_BROWSER or CERT_ENCRYPTION */
	const char *thumbprint;		/* as it is stored: blanks and case are passed
								 * over */
	const char *where;			/* for the message */
} CertNamed;

/* What a site expects of its set.  Zeroed: nothing beyond soundness. */
typedef struct CertExpectations
{
	const char *const *aliases; /* nodes that need a server certificate */
	size_t		n_aliases;
	const char *central;		/* alias of the central node, which needs the
								 * root's key; or NULL */
	const char *host_name;		/* what Host.cfg of the central node says; or
								 * NULL */
	const CertNamed *named;
	size_t		n_named;
	bool		public_only;	/* the store gives no keys out: their absence
								 * is no problem */
	int64_t		now_ms;			/* since 1970 */
	int64_t		expiry_ms;		/* warn of what expires within */
} CertExpectations;

typedef enum CertSeverity
{
	CERT_PASS,
	CERT_WARN,
	CERT_FAIL
} CertSeverity;

typedef struct CertFinding
{
	CertSeverity severity;
	const char *object;			/* "root", "server certificate \"P1\"" */
	const char *problem;
	const char *hint;			/* or NULL */
} CertFinding;

/* Begins zeroed; freed with cert_findings_free(). */
typedef struct CertFindings
{
	CertFinding *list;
	size_t		n;
	size_t		counts[CERT_FAIL + 1];	/* by severity */
	Arena		arena;			/* holds the strings */
} CertFindings;

/*
 * cert_verify
 *		Look at a set: one root; each certificate signed by it; its key belongs
 *		to it; one server certificate for each node, exactly one client;
 *		names; expiry; weak keys and digests; thumbprints that are named.
 *
 * out: *findings: added to; true where none of them fails
 */
extern bool cert_verify(const CertSet *set,
						const CertExpectations *expectations,
						CertFindings *findings);

/*
 * cert_verify_files
 *		Look at files: keys of no certificate; PEM files and PFX files that are
 *		not of the same keys.
 */
extern void cert_verify_files(const CertFound *found, CertFindings *findings);

/*
 * cert_expect
 *		Fill in what the configuration expects of a site's set: its nodes'
 *		aliases, Host.cfg, the time to warn before.  Thumbprints are the
 *		caller's to add.
 *
 * out: *expectations: in the arena of findings, to which a Host.cfg that
 *      cannot be read is added
 */
extern void cert_expect(const Config *config, const ConfigSite *site,
						CertExpectations *expectations,
						CertFindings *findings);

/*
 * cert_findings_add
 *		Add a finding of the caller's own; strings are copied.
 */
extern void cert_findings_add(CertFindings *findings, CertSeverity severity,
							  const char *object, const char *hint,
							  const char *format,...) TEXT_PRINTF(5, 6);
extern void cert_findings_free(CertFindings *findings);

/*
 * cert_host_cfg
 *		The name in a file Host.cfg of Qlik Sense: base64 of UTF-8.
 *
 * out: *name: freed by the caller
 */
extern bool cert_host_cfg(const char *path, char **name, Error *error);

#endif							/* CERT_VERIFY_H */
