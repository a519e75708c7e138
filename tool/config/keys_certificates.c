/*
 * keys_certificates.c
 *		Keys about certificates.
 */
#include "config/config.h"
#include "config/keys_tables.h"
#include "config/paths.h"

const ConfigKey config_certificate_keys[] = {
	{"format", CONFIG_CHOICE, AT(ConfigCertificates, format),
		.otherwise = "pem",.words = "pem pfx",
		.help = "What is written into a site's certificate_directory. PFX "
		"files have a password; keys in PEM files have one where "
	"password_file is given."},
	{"password_file", CONFIG_PATH, AT(ConfigCertificates, password_file),
		.example = "/etc/qsrepl/certificate-password",
		.help = "The file with the password of PFX files and encrypted keys, "
		"as its first line; only its owner may read it. Without it, files "
	"are read with the password that the Snapshots tool gives."},
	{"compat", CONFIG_CHOICE, AT(ConfigCertificates, compat),
		.otherwise = "windows",.words = "windows modern",
		.help = "How exported PFX files are encrypted: with 3DES and SHA-1, "
		"which all versions of Windows read, or with AES-256 and SHA-256, "
		"which older ones report as a wrong password. Files of a site's "
	"certificate_directory have the latter."},
	{"expiry_warning_days", CONFIG_NUMBER,
		AT(ConfigCertificates, expiry_days),.otherwise = "90",
		.min = 0,.max = 3650,
	.help = "How many days before a certificate ends a check warns."},
	{"key_directory", CONFIG_PATH, AT(ConfigCertificates, key_directory),
		.otherwise = CONFIG_DEFAULT_KEYS,
		.help = "Where the key is that certificates are sealed and opened "
		"with on their way between the sites. Only its owner may enter the "
		"directory, which each machine has of its own, with backups apart from "
	"the databases'."},
	{"recovery_certificate", CONFIG_PATH,
		AT(ConfigCertificates, recovery_certificate),
		.example = "/etc/qsrepl/recovery.crt",
		.help = "The certificate of the recovery key, which opens sealed "
		"certificates where both sites' keys are lost. The key itself is kept "
		"away from all machines; \"qsrepl init\" and \"qsrepl cert recovery\" "
	"make both."},
	{.name = NULL}
};
