/*
 * docs.c
 *		The command line of "qsrepl completion" and "qsrepl docs".
 */
#include <stdio.h>

#include "base/exitcode.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "config/document.h"

static int
print(void (*add) (Text *text))
{
	Text		text = {NULL, 0, 0};

	add(&text);
	fputs(text.bytes, stdout);
	text_free(&text);
	return EXIT_OK;
}

static int
run_bash(const CliCall *call)
{
	(void) call;
	return print(cli_completion_add);
}

static int
run_man(const CliCall *call)
{
	(void) call;
	return print(cli_man_add);
}

static int
run_configuration(const CliCall *call)
{
	(void) call;
	return print(config_document_add);
}

const CliCommand cli_completion_bash = {
	.words = "completion bash",
	.summary = "print the script for bash",
	.about = "Put this into ~/.bashrc:\n  . <(qsrepl completion bash)\n",
	.run = run_bash
};

const CliCommand cli_docs_man = {
	.words = "docs man",
	.summary = "print the manual page, for man -l -",
	.run = run_man
};

const CliCommand cli_docs_configuration = {
	.words = "docs configuration",
	.summary = "print the page about the configuration file",
	.run = run_configuration
};
