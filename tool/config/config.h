/*
 * config.h
 *		The configuration: what qsrepl.conf says, as plain data.
 *
 * Everything belongs to the Config and lives until config_free(); nothing is
 * changed after config_load().  Strings are NUL-terminated UTF-8, and NULL
 * where a key without a default was not given.  What a field means is told by
 * the table of keys in keys.c, whose order the structs follow.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/problems.h"
#include "rw.h"

/* The order is that of the words in keys.c. */
typedef enum ConfigMode
{
	CONFIG_PHYSICAL,
	CONFIG_LOGICAL
} ConfigMode;

typedef enum ConfigUnreachable
{
	CONFIG_UNREACHABLE_ALLOW,
	CONFIG_UNREACHABLE_FENCE
} ConfigUnreachable;

typedef enum ConfigControl
{
	CONFIG_CONTROL_PG_CTL,
	CONFIG_CONTROL_PG_CTLCLUSTER,
	CONFIG_CONTROL_SYSTEMCTL,
	CONFIG_CONTROL_WINDOWS_SERVICE,
	CONFIG_CONTROL_COMMAND
} ConfigControl;

typedef enum ConfigWhen
{
	CONFIG_BEFORE,
	CONFIG_AFTER
} ConfigWhen;

typedef enum ConfigPhase
{
	CONFIG_PHASE_SWITCHOVER,
	CONFIG_PHASE_FAILOVER,
	CONFIG_PHASE_REJOIN,
	CONFIG_PHASE_RESTORE,		/* up to here: whole plans */
	CONFIG_PHASE_DRAIN,
	CONFIG_PHASE_FENCE,
	CONFIG_PHASE_STOP,
	CONFIG_PHASE_PROMOTE,
	CONFIG_PHASE_LOCALIZE,
	CONFIG_PHASE_START,
	CONFIG_PHASE_SERVICES_DOWN,
	CONFIG_PHASE_SERVICES_UP,
	CONFIG_PHASE_DNS,
	CONFIG_PHASE_SHARE
} ConfigPhase;

typedef enum ConfigOnFailure
{
	CONFIG_FAILURE_STOPS,
	CONFIG_FAILURE_IGNORED
} ConfigOnFailure;

/* The order is that of the words in keys.c, and of cert_stores[]. */
typedef enum ConfigCertificateStore
{
	CONFIG_CERTIFICATES_NONE,
	CONFIG_CERTIFICATES_DIRECTORY,
	CONFIG_CERTIFICATES_WINDOWS
} ConfigCertificateStore;

typedef enum ConfigCertificateFormat
{
	CONFIG_CERTIFICATES_PEM,
	CONFIG_CERTIFICATES_PFX
} ConfigCertificateFormat;

typedef enum ConfigCompat
{
	CONFIG_COMPAT_WINDOWS,
	CONFIG_COMPAT_MODERN
} ConfigCompat;

/* Words: a list of names, or a program with its arguments; n 0: not given. */
typedef struct ConfigWords
{
	const char *const *words;	/* NULL behind the last */
	size_t		n;
} ConfigWords;

/* [site NAME] */
typedef struct ConfigSite
{
	const char *name;
	size_t		line;			/* of the section, for messages */
	const char *description;
	const char *host;
	int			port;
	const char *user;			/* a superuser of the database server */
	const char *conninfo;		/* further libpq parameters, no secret */
	const char *qlik_role;
	const char *data_directory; /* absolute, on the site's own machine */
	const char *bin_directory;
	const char *settings_file;	/* outside of data_directory */
	int			control;		/* ConfigControl */
	const char *server_name;	/* cluster, unit or service, as control says */
	const char *server_user;
	ConfigWords start_command;
	ConfigWords stop_command;
	ConfigWords remote_command; /* runs qsrepl at its machine */
	const char *aside_directory;
	const char *drill_directory;
	int			drill_port;
	int			certificates;	/* ConfigCertificateStore */
	const char *certificate_directory;
	const char *host_cfg;		/* the central node's file Host.cfg */
	const char *dns_target;		/* what the public alias means here */
	ConfigWords dns_servers;	/* ADDRESS or ADDRESS#PORT */
	ConfigWords dns_required;	/* n 0: all dns_servers */
	const char *hosts_file;		/* of the database server's machine; NULL: it
								 * is left alone */
	const char *snapshot_directory;
	const char *snapshot_remote;	/* the same, as other sites reach it */
	ConfigWords snapshot_ssh_command;	/* of rsync, for that */
	const char *snapshot_password_file; /* of an rsync daemon */
} ConfigSite;

/* [dns]: the public alias; the orders are those of the words in keys.c. */
typedef enum ConfigDnsType
{
	CONFIG_DNS_CNAME,
	CONFIG_DNS_A
} ConfigDnsType;

typedef enum ConfigDnsProvider
{
	CONFIG_DNS_RFC2136,
	CONFIG_DNS_EXEC
} ConfigDnsProvider;

typedef enum ConfigDnsProbe
{
	CONFIG_PROBE_TLS,
	CONFIG_PROBE_TCP,
	CONFIG_PROBE_OFF
} ConfigDnsProbe;

typedef struct ConfigDns
{
	size_t		line;			/* of the section; 0: there is none */
	const char *name;
	int			type;			/* ConfigDnsType */
	const char *zone;
	long		ttl;			/* ms */
	int			provider;		/* ConfigDnsProvider */
	const char *key_file;		/* TSIG, as nsupdate -k takes it */
	bool		gssapi;
	ConfigWords command;
	long		timeout;		/* of one question or change; ms */
	long		wait;			/* for the required servers; ms */
	int			probe;			/* ConfigDnsProbe */
	int			probe_port;
} ConfigDns;

/* The order is that of the words in keys.c. */
typedef enum ConfigSystem
{
	CONFIG_WINDOWS,
	CONFIG_LINUX
} ConfigSystem;

/* What controls a node's services; the order is that of the words in keys.c. */
typedef enum ConfigServiceControl
{
	CONFIG_SERVICE_NONE,
	CONFIG_SERVICE_SCM,
	CONFIG_SERVICE_RPC,
	CONFIG_SERVICE_SSH,
	CONFIG_SERVICE_SYSTEMD,
	CONFIG_SERVICE_EXEC
} ConfigServiceControl;
typedef enum ConfigHostsAccess
{
	CONFIG_HOSTS_NONE,
	CONFIG_HOSTS_LOCAL,
	CONFIG_HOSTS_SSH,
	CONFIG_HOSTS_SHARE
} ConfigHostsAccess;

/* [node NAME]: a machine with services of Qlik Sense */
typedef struct ConfigNode
{
	const char *name;
	size_t		line;			/* of the section, for messages */
	const char *site;
	const char *alias;			/* Qlik's name of it; see config_node_alias() */
	const char *address;		/* as qsrepl reaches it */
	ConfigWords roles;			/* "central" marks the central node */
	int			system;			/* ConfigSystem */
	ConfigWords ssh_command;	/* runs a command there */
	const char *credentials;	/* file with a Windows logon; see keys.c */
	int			smb_port;
	int			service_control;	/* ConfigServiceControl */
	ConfigWords service_command;	/* for CONFIG_SERVICE_EXEC */
	ConfigWords services;		/* KIND=NAME, where names differ */
	bool		kerberos;		/* log on with the user's tickets */
	const char *keytab;			/* or with the key in this file */
	const char *principal;		/* whose */
	ConfigWords bootstrap_command;	/* of a central node */
	int			hosts_access;	/* ConfigHostsAccess */
	const char *hosts_file;		/* NULL: where its system has it */
	const char *hosts_address;	/* NULL: address */
} ConfigNode;

/* [services] */
typedef struct ConfigServices
{
	int			parallel;		/* nodes at the same time */
	long		answer_timeout; /* this and the following: ms */
	long		stop_timeout;
	long		start_timeout;
	long		probe_timeout;
	long		bootstrap_timeout;
	bool		kill_engine;
	const char *state_url;		/* {node} stands for the alias */
	const char *about_url;
	const char *alive_url;
	const char *alias_url;
	const char *probe_ca;		/* whose certificates nodes have */
	const char *probe_certificate;	/* with its key, for about_url */
	const char *alias_ca;
} ConfigServices;

/* [certificates] */
typedef struct ConfigCertificates
{
	int			format;			/* ConfigCertificateFormat */
	const char *password_file;	/* of PFX files, and encrypted keys */
	int			compat;			/* ConfigCompat; of exports */
	int			expiry_days;	/* from which on a check warns */
	const char *key_directory;	/* transport keys of this machine's site */
	const char *recovery_certificate;
} ConfigCertificates;

/* A value of a mapping, or an alias's address, at a site. */
typedef struct ConfigMappingValue
{
	const char *site;
	const char *value;
	bool		current;		/* else an alias, rewritten to the current one */
	size_t		line;
} ConfigMappingValue;

/* [mapping NAME] */
typedef struct ConfigMapping
{
	const char *name;
	size_t		line;
	int			kind;			/* RwKind */
	ConfigMappingValue *values; /* in the order of the file */
	size_t		n_values;
} ConfigMapping;

typedef enum ConfigAliasKind
{
	CONFIG_ALIAS_SERVER,
	CONFIG_ALIAS_DATABASE,
	CONFIG_ALIAS_FILE_SERVER
} ConfigAliasKind;

/* [alias NAME]: a name in the hosts files that is no node's */
typedef struct ConfigAlias
{
	const char *name;
	size_t		line;
	int			kind;			/* ConfigAliasKind */
	ConfigMappingValue *values; /* a site's address each */
	size_t		n_values;
} ConfigAlias;

/* Who replicates a share's content; the order is that of the words. */
typedef enum ConfigReplicatedBy
{
	CONFIG_REPLICATED_BY_QSREPL,
	CONFIG_REPLICATED_EXTERNALLY
} ConfigReplicatedBy;

/* What copies it; the order is that of the words. */
typedef enum ConfigShareMethod
{
	CONFIG_SHARE_RSYNC,
	CONFIG_SHARE_ROBOCOPY
} ConfigShareMethod;

/* [share NAME]: a file share of Qlik Sense, of which each site has its own */
typedef struct ConfigShare
{
	const char *name;
	size_t		line;
	const char *mapping;		/* whose values are its roots; or NULL */
	ConfigWords mirror;			/* folders below the root */
	ConfigWords add;			/* the same, where nothing is deleted */
	ConfigWords leave_out;		/* names, or paths below the root */
	int			replicated_by;	/* ConfigReplicatedBy */
	int			method;			/* ConfigShareMethod */
	const char *node;			/* for CONFIG_SHARE_ROBOCOPY */
	ConfigWords ssh_command;
	const char *password_file;	/* of an rsync daemon */
	const char *account;		/* file with the service account's logon */
	int			max_change;		/* percent */
	int			trash_days;		/* how long the trash is kept */
	bool		copy_security;	/* robocopy: access rights, too */
	long		timeout;		/* this and the following: ms */
	long		age_warning;
	ConfigWords writable_command;
	ConfigMappingValue *values; /* current: a site's root as its own machine
								 * sees it; else as others do */
	size_t		n_values;
} ConfigShare;

/* [snapshot] */
typedef struct ConfigSnapshot
{
	int			parallel;		/* jobs of pg_dump and pg_restore */
	int			compression;	/* level of gzip */
	bool		archived_logs;
	const char *encrypt_to;		/* a certificate */
	bool		plain_pfx;
	int			keep_last;		/* how many; 0: the rule is not there */
	int			keep_daily;
	int			keep_weekly;
	int			keep_monthly;
} ConfigSnapshot;

/* [hook NAME] */
typedef struct ConfigHook
{
	const char *name;
	size_t		line;
	int			when;			/* ConfigWhen */
	int			phase;			/* ConfigPhase */
	const char *site;			/* NULL: at every site */
	ConfigWords command;
	long		timeout;		/* ms */
	int			on_failure;		/* ConfigOnFailure */
} ConfigHook;

/* Where a value comes from. */
typedef enum ConfigSource
{
	CONFIG_FROM_NOWHERE,
	CONFIG_FROM_DEFAULT,
	CONFIG_FROM_FILE,
	CONFIG_FROM_ENVIRONMENT
} ConfigSource;

/* An effective value as text, for config_show and the like. */
typedef struct ConfigSetting
{
	const char *section;		/* "qsrepl", "site A", "mapping share" */
	const char *name;
	const char *value;			/* NULL: none */
	ConfigSource source;
	size_t		line;			/* CONFIG_FROM_FILE */
	const char *variable;		/* CONFIG_FROM_ENVIRONMENT */
} ConfigSetting;

typedef struct Config
{
	const char *file;
	/* [qsrepl] */
	const char *site;			/* where this machine is */
	int			mode;			/* ConfigMode */
	ConfigWords databases;
	const char *maintenance_database;
	const char *profile;
	const char *replication_role;
	const char *replication_name;	/* of slots, publications, subscriptions */
	const char *passfile;
	const char *journal_directory;
	long		connect_timeout;	/* this and the following: ms */
	long		drain_timeout;
	long		replay_timeout;
	long		stop_timeout;
	long		promote_timeout;
	long		localize_timeout;
	long		peer_wait;
	int			peer_unreachable;	/* ConfigUnreachable */
	long		lag_warning;
	bool		copy_qsmq;
	bool		disable_on_error;
	ConfigCertificates certificates;
	/* the other sections, in the order of the file */
	ConfigSite *sites;
	size_t		n_sites;
	ConfigMapping *mappings;
	size_t		n_mappings;
	ConfigHook *hooks;
	size_t		n_hooks;
	ConfigNode *nodes;
	size_t		n_nodes;
	ConfigServices services;	/* there also without the section */
	ConfigAlias *aliases;
	size_t		n_aliases;
	ConfigDns	dns;
	ConfigShare *shares;
	size_t		n_shares;
	ConfigSnapshot snapshot;	/* there also without the section */
	/* every key's effective value, section by section */
	ConfigSetting *settings;
	size_t		n_settings;
	Arena		arena;
} Config;

typedef enum ConfigResult
{
	CONFIG_GOOD,				/* perhaps with warnings */
	CONFIG_WRONG,				/* problems tells; do not use *config */
	CONFIG_UNREADABLE			/* the file could not be read; reported as the
								 * only problem */
} ConfigResult;

/*
 * config_load
 *		Read, complete and check the configuration.
 *
 * in:     file: its path
 * out:    *config, to be freed with config_free(), and *problems, to be freed
 *         with problems_free(), whatever is returned; nothing is printed
 * errors: as above; every mistake is in problems, not only the first
 */
extern ConfigResult config_load(const char *file, Config *config,
								Problems *problems);

/*
 * config_load_text
 *		The same for a text that would be the content of file.  What only the
 *		machine can tell (permissions) is not looked at.
 */
extern ConfigResult config_load_text(const char *file, const char *text,
									 size_t len, Config *config,
									 Problems *problems);
extern void config_free(Config *config);

/* The site with this name, or NULL. */
extern const ConfigSite *config_site(const Config *config, const char *name);

/* The first site that is not this one: of a pair the other one. */
extern const ConfigSite *config_other_site(const Config *config,
										   const ConfigSite *site);

/* The name that Qlik Sense knows a node by: alias, or else the section's. */
extern const char *config_node_alias(const ConfigNode *node);

/* Has the node a role: "central", "proxy"? */
extern bool config_node_has_role(const ConfigNode *node, const char *role);

/* The central node of a site, or NULL. */
extern const ConfigNode *config_central_node(const Config *config,
											 const char *site);

/* Its address in the hosts files of its site: hosts_address, or address. */
extern const char *config_node_hosts_address(const ConfigNode *node);

/* An alias's address at a site, or NULL. */
extern const char *config_alias_address(const ConfigAlias *alias,
										const char *site);

/*
 * config_share_path, config_share_remote
 *		The root of a share at a site as that site's machine sees it, and as
 *		other sites' machines reach it; NULL: not given.
 */
extern const char *config_share_path(const ConfigShare *share,
									 const char *site);
extern const char *config_share_remote(const ConfigShare *share,
									   const char *site);

/* Do two hosts' names mean one machine, as far as names can tell? */
extern bool config_same_name(const char *a, const char *b);

/* Are two sites' servers on one machine, as far as the hosts' names tell? */
extern bool config_same_host(const ConfigSite *a, const ConfigSite *b);

#endif							/* CONFIG_CONFIG_H */
