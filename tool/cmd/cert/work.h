/*
 * work.h
 *		What the verbs of "qsrepl cert" share.
 */
#ifndef CMD_CERT_WORK_H
#define CMD_CERT_WORK_H

#include "base/json.h"
#include "cert/folder.h"
#include "cert/store.h"
#include "cert/verify.h"
#include "cmd/cert/cert.h"

/* A verb under way. */
typedef struct CertWork
{
	const CertCall *call;
	Config		config;			/* where loaded */
	bool		loaded;
	Text		password;		/* for folders and files; empty: none */
	Arena		arena;
} CertWork;

/* A set that is looked at. */
typedef struct CertSide
{
	const char *title;			/* "site A", or the folder as given */
	const ConfigSite *site;		/* NULL: a folder or file */
	const CertStore *store;		/* of the site */
	CertFound	found;
} CertSide;

/*
 * cert_work_begin
 *		Keep secrets to this process, load the configuration where it is needed
 *		and read the password where one is named.
 *
 * in:  with_config: false: only where a site is meant
 * out: an exit code; *work: freed with cert_work_end() in any case
 */
extern int	cert_work_begin(CertWork *work, const CertCall *call,
							bool with_config);
extern void cert_work_end(CertWork *work);

/*
 * cert_work_sides
 *		Read n sets: those of the folders, then those of the sites that are
 *		given, then this machine's and the others'.
 *
 * out: an exit code; *sides: each freed with cert_side_free() in any case
 */
extern int	cert_work_sides(CertWork *work, CertSide *sides, size_t n);
extern void cert_side_free(CertSide *side);

/* The one site that is meant, with its store; an exit code. */
extern int	cert_work_site(CertWork *work, CertSide *side);

/* Report an error, free it, and return the code. */
extern int	cert_work_fail(Error *error, int code);

/*
 * cert_work_confirm
 *		Ask whether to go on, unless --yes or --dry-run is given; an exit code.
 */
extern int	cert_work_confirm(const CertWork *work, const char *question);

/*
 * cert_work_done
 *		Print what was done, or would be, as a line or as JSON.
 *
 * in: findings: of the set that was looked at before, which JSON has too; or
 *     NULL
 */
extern void cert_work_done(const CertWork *work, bool changed,
						   const char *sentence,
						   const CertFindings *findings);

/* Print findings as "qsrepl check" does: all, or what is not well. */
extern void cert_print_findings(const CertFindings *findings, bool all);

/* The same as an array of objects. */
extern json_t * cert_findings_json(const CertFindings *findings);

#endif							/* CMD_CERT_WORK_H */
