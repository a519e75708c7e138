/*
 * test_scm.c
 *		Parts of qsrepl-scm: its wire, its words, and its file of credentials.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "harness.h"
#include "programs/scm/account.h"
#include "programs/scm/logon.h"
#include "programs/scm/ndr.h"
#include "programs/scm/scmr.h"
#include "programs/scm/utf16.h"
#include "programs/scm/words.h"
#include "random.h"
#include "scratch.h"

static NdrReader
reader(const Text *text)
{
	return (NdrReader)
	{
		(const uint8_t *) text->bytes, text->len, 0, false
	};
}

/* A string that comes back as it was, or as something else. */
static void
check_string(const char *string, const char *expected)
{
	Text		out = {NULL, 0, 0};
	NdrReader	in;
	char	   *back;

	ndr_put_string(&out, string);
	check(out.len % 4 == 0);
	in = reader(&out);
	back = ndr_string(&in);
	check_text(back, expected);
	check(!in.failed && in.at == in.len);
	free(back);
	/* One byte less is no string. */
	in = reader(&out);
	in.len--;
	back = ndr_string(&in);
	check(back == NULL && in.failed);
	text_free(&out);
}

static void
test_strings(void)
{
	static const uint8_t lone[] = {'a', 0, 0x3d, 0xd8, 'b', 0, 0x00, 0xde, 0, 0};
	char	   *text = utf16_take(lone, 5);

	check_string("", "");
	check_string("QlikSenseEngineService", "QlikSenseEngineService");
	check_string("\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80x",
				 "\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80x");
	check_string("a\xff\xc3", "a\xef\xbf\xbd\xef\xbf\xbd");
	check_text(text, "a\xef\xbf\xbd" "b\xef\xbf\xbd");
	free(text);
}

/* What a reader must not believe. */
static void
test_reader(void)
{
	static const uint8_t bytes[] = {
		0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 2, 0, 0, 0, 'a', 0, 0, 0
	};
	NdrReader	in = {bytes, sizeof(bytes), 0, false};
	NdrReader	content = ndr_array(&in);

	check(in.failed && content.failed && content.len == 0);
	check(ndr_u32(&in) == 0 && ndr_bytes(&in, 0) == NULL);
	in = (NdrReader)
	{
		bytes, sizeof(bytes), 0, false
	};
	free(ndr_string(&in));
	check(!in.failed);
	in = (NdrReader)
	{
		bytes + 4, sizeof(bytes) - 4, 0, false
	};
	check(ndr_string(&in) == NULL && in.failed);
	in = (NdrReader)
	{
		bytes, sizeof(bytes), 0, false
	};
	ndr_skip(&in, SIZE_MAX);
	check(in.failed && in.at == 0);
	in = (NdrReader)
	{
		bytes, 3, 0, false
	};
	check(ndr_u32(&in) == 0 && in.failed);
	check(ndr_text_at(&in, 3) == NULL);
}

static void
check_logon(const char *line, uint32_t code, const char *text)
{
	Failure		failure = {FAILURE_NONE, 0, NULL};

	logon_failure(line, &failure);
	check(failure.kind == (text == NULL ? FAILURE_NONE : FAILURE_LOGON));
	check(failure.code == code);
	if (text != NULL)
		check_text(failure.text, text);
	failure_free(&failure);
}

static void
test_logon(void)
{
	check_logon("session request ok", 0, NULL);
	check_logon("SPNEGO login failed: The attempted logon is invalid. This is "
				"either due to a bad username or authentication "
				"information.\n", 0xc000006d, "NT_STATUS_LOGON_FAILURE");
	check_logon("SPNEGO login failed: The user account has been automatically "
				"locked because", 0xc0000234, "NT_STATUS_ACCOUNT_LOCKED_OUT");
	check_logon("SPNEGO login failed: The referenced account is currently "
				"disabled and may not be logged on to.\n", 0xc0000072,
				"NT_STATUS_ACCOUNT_DISABLED");
	check_logon("session setup failed: NT_STATUS_ACCOUNT_LOCKED_OUT\n",
				0xc0000234, "NT_STATUS_ACCOUNT_LOCKED_OUT");
	check_logon("session setup failed: NT_STATUS_ACCOUNT_LOCKED_OUT_X\n", 0,
				"NT_STATUS_ACCOUNT_LOCKED_OUT_X");
	check_logon("SPNEGO login failed: Something else.\r\n", 0,
				"Something else.");
}

static void
test_words(void)
{
	static const char *const starts[] = {
		"auto", "delayed", "manual", "disabled"
	};
	ScmrStart	start;
	bool		delayed;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
	{
		check(words_take_start(starts[i], &start, &delayed));
		check_text(words_start(start, delayed), starts[i]);
	}
	check(!words_take_start("boot", &start, &delayed));
	check(!words_take_start("", &start, &delayed));
	check(words_start(5, false) == NULL);
	check_text(words_state(SCMR_PAUSED), "paused");
	check(words_state(0) == NULL && words_state(8) == NULL);
	check_text(words_error(1058), "ERROR_SERVICE_DISABLED");
	check_text(words_error(4711), "ERROR");
}

/* Recovery actions are the same whatever their layout is. */
static void
test_recovery(void)
{
	static const uint32_t usual[] = {0, 60, 0, 0, 1, 20, 1, 5000};
	static const uint32_t apart[] = {0, 60, 0, 0, 1, 28, 7, 7, 1, 5000};
	static const uint32_t later[] = {0, 60, 0, 0, 1, 20, 1, 5001};
	static const uint32_t none[] = {0, 60, 0, 0, 0, 0};
	static const uint32_t beyond[] = {0, 60, 0, 0, 1, 24, 1, 5000};
	static const uint32_t many[] = {0, 60, 0, 0, UINT32_MAX, 20, 1, 5000};
	static const uint32_t string[] = {0, 60, 4096, 0, 0, 0};

	check(scmr_recovery_same(usual, sizeof(usual), apart, sizeof(apart)));
	check(!scmr_recovery_same(usual, sizeof(usual), later, sizeof(later)));
	check(!scmr_recovery_same(usual, sizeof(usual), NULL, 0));
	check(scmr_recovery_same(none, sizeof(none), NULL, 0));
	check(!scmr_recovery_same(beyond, sizeof(beyond), beyond,
							  sizeof(beyond)));
	check(!scmr_recovery_same(many, sizeof(many), many, sizeof(many)));
	check(!scmr_recovery_same(string, sizeof(string), string,
							  sizeof(string)));
	for (size_t len = 1; len < sizeof(usual); len++)
		check(!scmr_recovery_same(usual, len, usual, len));
}

static bool
read_account(const char *content, Account *account)
{
	const char *path = scratch_path("account");
	Error		error = ERROR_NONE;
	bool		good;

	memset(account, 0, sizeof(*account));
	scratch_write(path, content, strlen(content));
	good = account_read(path, account, &error);
	check(good == (error.message == NULL));
	error_free(&error);
	return good;
}

static void
test_account(void)
{
	Account		account;

	check(read_account("username = joe\npassword=a = b c \r\n"
					   "domain =\tCORP", &account));
	check_text(account.user, "joe");
	check_text(account.password, "a = b c");
	check_text(account.domain, "CORP");
	check(read_account("\n\nusername=CORP\\joe\npassword=\nnothing\n",
					   &account));
	check_text(account.user, "joe");
	check_text(account.domain, "CORP");
	check_text(account.password, "");
	check(read_account("domain=A\nusername=B\\joe\n", &account));
	check_text(account.domain, "A");
	check(!read_account("", &account));
	check(!read_account("password=x\n", &account));
	umask(0);
	scratch_remove(scratch_path("account"));
	check(!read_account("username=joe\n", &account));
	account_wipe(&account);
	check(account.password[0] == '\0');
}

/* Any bytes: no reader goes beyond them (the sanitizers look). */
static void
test_random(void)
{
	Random		random = {harness_seed()};
	unsigned long rounds = harness_rounds("QSREPL_SCM", 20000);

	for (unsigned long i = 0; i < rounds; i++)
	{
		size_t		len = random_below(&random, 200);
		uint8_t    *bytes = malloc(len + 1);
		NdrReader	in = {bytes, len, 0, false};
		ScmrList	list = {NULL, 0};

		for (size_t b = 0; b < len; b++)
			bytes[b] = random_one_in(&random, 2) ? 0
				: (uint8_t) random_below(&random, 256);
		scmr_recovery_same(bytes, len, bytes, len);
		scmr_entries(&in, 1 + (uint32_t) random_below(&random, 4),
					 random_one_in(&random, 2), &list);
		scmr_list_free(&list);
		in.at = 0;
		in.failed = false;
		free(ndr_string(&in));
		harness_passed(in.at <= in.len);
		free(bytes);
	}
}

int
main(void)
{
	umask(077);
	scratch_begin();
	test_strings();
	test_reader();
	test_logon();
	test_words();
	test_recovery();
	test_account();
	test_random();
	return harness_finish();
}
