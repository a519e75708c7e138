/*
 * cert.h
 *		The verbs of "qsrepl cert".
 */
#ifndef CMD_CERT_CERT_H
#define CMD_CERT_CERT_H

#include <stdbool.h>
#include <stddef.h>

/* As given on the command line; NULL and 0: not. */
typedef struct CertCall
{
	const char *file;			/* the configuration */
	const char *const *sites;
	size_t		n_sites;
	const char *const *folders;
	size_t		n_folders;
	const char *operand;		/* what to export to, or to import */
	const char *password_file;
	const char *format;			/* "pem", "pfx" or "file" */
	const char *compat;			/* "windows" or "modern" */
	const char *node;
	const char *days;
	const char *const *names;	/* further ones of a node */
	size_t		n_names;
	bool		force;
	bool		json;
	bool		dry_run;
	bool		yes;
} CertCall;

/* The verbs, by their names; exit codes. */
extern int	cmd_cert_list(const CertCall *call);
extern int	cmd_cert_verify(const CertCall *call);
extern int	cmd_cert_compare(const CertCall *call);
extern int	cmd_cert_export(const CertCall *call);
extern int	cmd_cert_import(const CertCall *call);
extern int	cmd_cert_issue(const CertCall *call);
extern int	cmd_cert_rollback(const CertCall *call);

#endif							/* CMD_CERT_CERT_H */
