/*
 * note.c
 *		What a move goes on in spite of, told at its end.
 */
#include <string.h>

#include "cmd/move/work.h"

void
move_warn(Move *move, const char *what, const char *advice, Error *error)
{
	const char *detail = error->detail != NULL ? error->detail : "";
	size_t		n = strlen(detail);

	text_addf(&move->notes, "Warning: %s%s%s.%s%s%s%s%s\n",
			  what != NULL ? what : "", what != NULL ? ": " : "",
			  error->message, n > 0 ? " " : "", detail,
			  n > 0 && detail[n - 1] != '.' ? "." : "",
			  advice != NULL ? " " : "", advice != NULL ? advice : "");
	error_free(error);
}
