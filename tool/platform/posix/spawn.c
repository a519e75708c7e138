/*
 * spawn.c
 *		Starting a child: fork(), and exec() whose failure comes back.
 */
#include "platform/posix/posix.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/memory.h"
#include "platform/posix/spawn.h"

extern char **environ;

/* The ends of the pipes; [0] is read, [1] is written. */
typedef struct Pipes
{
	int			input[2];
	int			output[2];
	int			errors[2];
	int			status[2];		/* errno, where exec() failed */
} Pipes;

static void
close_end(int *fd)
{
	if (*fd >= 0)
		unix_close(*fd);
	*fd = -1;
}

static void
close_pipes(Pipes *pipes)
{
	close_end(&pipes->input[0]);
	close_end(&pipes->input[1]);
	close_end(&pipes->output[0]);
	close_end(&pipes->output[1]);
	close_end(&pipes->errors[0]);
	close_end(&pipes->errors[1]);
	close_end(&pipes->status[0]);
	close_end(&pipes->status[1]);
}

/* Above 2, whatever of 0 to 2 the program was started without. */
static bool
move_up(int *fd)
{
	int			moved;

	if (*fd > STDERR_FILENO)
		return true;
	moved = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (moved < 0)
		return false;
	unix_close(*fd);
	*fd = moved;
	return true;
}

static bool
open_pipe(int *ends)
{
	return pipe2(ends, O_CLOEXEC) == 0 && move_up(&ends[0]) &&
		move_up(&ends[1]);
}

static bool
open_pipes(Pipes *pipes, bool input)
{
	bool		good;

	memset(pipes, 0xFF, sizeof(*pipes));	/* -1 */
	if (input)
		good = open_pipe(pipes->input);
	else
	{
		pipes->input[0] = unix_open("/dev/null", O_RDONLY, 0);
		good = pipes->input[0] >= 0 && move_up(&pipes->input[0]);
	}
	good = good && open_pipe(pipes->output) && open_pipe(pipes->errors) &&
		open_pipe(pipes->status);
	if (!good)
		close_pipes(pipes);
	return good;
}

/* Whether an addition gives the variable of an entry "NAME=value". */
static bool
is_replaced(const char *entry, const char *const *additions)
{
	size_t		len = strcspn(entry, "=") + 1;

	for (; additions != NULL && *additions != NULL; additions++)
		if (strncmp(entry, *additions, len) == 0)
			return true;
	return false;
}

static size_t
count_strings(const char *const *strings)
{
	size_t		count = 0;

	while (strings != NULL && strings[count] != NULL)
		count++;
	return count;
}

/* Our environment with the additions: an array to free, strings to leave. */
static const char **
merge_environment(const char *const *additions)
{
	const char *const *own = (const char *const *) environ;
	size_t		count = 0;
	const char **merged = mem_alloc((count_strings(own) +
									 count_strings(additions) + 1) *
									sizeof(char *));

	for (; own != NULL && *own != NULL; own++)
		if (!is_replaced(*own, additions))
			merged[count++] = *own;
	for (; additions != NULL && *additions != NULL; additions++)
		merged[count++] = *additions;
	merged[count] = NULL;
	return merged;
}

static void
default_signals(void)
{
	static const int ours[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	sigset_t	none;

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		signal(ours[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* End with the parent, also where that was killed before we could ask. */
static bool
die_with(pid_t parent)
{
#ifdef __linux__
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return false;
#endif
	return getppid() == parent;
}

/* In the child; returns only where it could not become the program. */
static void
become(const PlatChild *child, const Pipes *pipes, const char **merged,
	   pid_t parent)
{
	char	  **argv;

	/* execvp() takes them as not const for the sake of old code. */
	memcpy(&argv, &child->argv, sizeof(argv));
	memcpy(&environ, &merged, sizeof(environ));
	if (setsid() < 0 || !die_with(parent))
		return;
	default_signals();
	if (dup2(pipes->input[0], STDIN_FILENO) < 0 ||
		dup2(pipes->output[1], STDOUT_FILENO) < 0 ||
		dup2(pipes->errors[1], STDERR_FILENO) < 0)
		return;
	if (child->directory != NULL && chdir(child->directory) != 0)
		return;
	execvp(argv[0], argv);
}

/* 0 where the child became the program, else the error that it met. */
static int
read_status(int fd)
{
	int			number = 0;
	ssize_t		n;

	do
		n = read(fd, &number, sizeof(number));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t) sizeof(number) ? number : 0;
}

/* The child's ends are closed, ours are handed over. */
static void
hand_over(Pipes *pipes, Spawned *spawned)
{
	spawned->input = pipes->input[1];
	spawned->streams[PLAT_STDOUT] = pipes->output[0];
	spawned->streams[PLAT_STDERR] = pipes->errors[0];
	pipes->input[1] = pipes->output[0] = pipes->errors[0] = -1;
	close_pipes(pipes);
	if (spawned->input >= 0)
		fcntl(spawned->input, F_SETFL, O_NONBLOCK);
	fcntl(spawned->streams[PLAT_STDOUT], F_SETFL, O_NONBLOCK);
	fcntl(spawned->streams[PLAT_STDERR], F_SETFL, O_NONBLOCK);
}

static void
reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static bool
start(const PlatChild *child, Pipes *pipes, Spawned *spawned)
{
	const char **merged = merge_environment(child->environment);
	pid_t		parent = getpid();
	int			number;

	spawned->pid = fork();
	if (spawned->pid == 0)
	{
		become(child, pipes, merged, parent);
		number = errno;
		unix_write_all(pipes->status[1], &number, sizeof(number));
		_exit(127);
	}
	free(merged);
	if (spawned->pid < 0)
		return false;
	close_end(&pipes->status[1]);
	number = read_status(pipes->status[0]);
	if (number == 0)
		return true;
	reap(spawned->pid);
	errno = number;
	return false;
}

bool
unix_spawn(const PlatChild *child, Spawned *spawned)
{
	Pipes		pipes;

	if (!open_pipes(&pipes, child->input != NULL))
		return false;
	if (!start(child, &pipes, spawned))
	{
		close_pipes(&pipes);
		return false;
	}
	hand_over(&pipes, spawned);
	return true;
}
