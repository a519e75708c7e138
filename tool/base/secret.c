/*
 * secret.c
 *		Bytes that nobody else is to see, wiped where they were.
 *
 * libcrypto itself wipes what it knows to be a key, but not each buffer that
 * one has passed through: decoders, parameters, copies of big numbers.  So all
 * that it frees is wiped; a size stands in front of each piece, as libc tells
 * it to nobody.
 */
#include "base/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/memory.h"

/* Deeper than anything that is called here goes. */
#define STACK_BYTES (64 * 1024)

/* In front of each piece; keeps the alignment that malloc() gives. */
typedef union Head
{
	size_t		size;			/* bytes behind the head */
	long double aligned;
	void	   *pointer;
} Head;

void
secret_add(Text *text, const void *bytes, size_t len)
{
	size_t		needed = text->len + len + 1;

	if (needed > text->capacity)
	{
		size_t		capacity = needed < 64 ? 64 :
		text->len == 0 ? needed : needed * 2;
		char	   *grown = mem_alloc(capacity);

		if (text->len > 0)
			memcpy(grown, text->bytes, text->len);
		if (text->bytes != NULL)
			OPENSSL_cleanse(text->bytes, text->capacity);
		free(text->bytes);
		text->bytes = grown;
		text->capacity = capacity;
	}
	if (len > 0)
		memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = '\0';
}

void
secret_free(Text *text)
{
	if (text->bytes != NULL)
		OPENSSL_cleanse(text->bytes, text->capacity);
	text_free(text);
}

/* A frame of its own, below the caller's: not inlined, through a pointer. */
static void
wipe_frame(void)
{
	unsigned char frame[STACK_BYTES];

	OPENSSL_cleanse(frame, sizeof(frame));
}

void
secret_stack(void)
{
	static void (*volatile wipe) (void) = wipe_frame;

	wipe();
}

static void *
take(size_t size, const char *file, int line)
{
	Head	   *head;

	(void) file;
	(void) line;
	if (size == 0 || size > SIZE_MAX - sizeof(Head))
		return NULL;
	head = malloc(sizeof(Head) + size);
	if (head == NULL)
		return NULL;
	head->size = size;
	return head + 1;
}

static void
release(void *piece, const char *file, int line)
{
	Head	   *head = piece;

	(void) file;
	(void) line;
	if (head == NULL)
		return;
	head--;
	OPENSSL_cleanse(piece, head->size);
	free(head);
}

static void *
grow(void *piece, size_t size, const char *file, int line)
{
	const Head *head = piece;
	void	   *grown;

	if (piece == NULL)
		return take(size, file, line);
	if (size == 0)
	{
		release(piece, file, line);
		return NULL;
	}
	head--;
	if (size <= head->size)
		return piece;
	grown = take(size, file, line);
	if (grown == NULL)
		return NULL;
	memcpy(grown, piece, head->size);
	release(piece, file, line);
	return grown;
}

bool
secret_memory(void)
{
	return CRYPTO_set_mem_functions(take, grow, release) == 1;
}
