/*
 * shmem.c
 *		What the parts keep in shared memory, in one table.
 *
 * IDENTIFICATION
 *		extension/shmem.c
 */
#include "qsrepl.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "compat.h"

typedef struct Part
{
	Size(*size) (void);
	void		(*init) (LWLock *guard);	/* guard: this part's own lock */
} Part;

static const Part parts[] = {
	{qsrepl_stats_size, qsrepl_stats_init},
	{qsrepl_localizer_size, qsrepl_localizer_init},
	{qsrepl_fence_size, qsrepl_fence_init},
	{qsrepl_peer_size, qsrepl_peer_init},
	{qsrepl_heard_size, qsrepl_heard_init},
};

static shmem_startup_hook_type prev_shmem_startup = NULL;
#ifdef QSREPL_HAVE_SHMEM_REQUEST_HOOK
static shmem_request_hook_type prev_shmem_request = NULL;
#endif

static void
request(void)
{
#ifdef QSREPL_HAVE_SHMEM_REQUEST_HOOK
	if (prev_shmem_request)
		prev_shmem_request();
#endif
	for (int i = 0; i < lengthof(parts); i++)
		RequestAddinShmemSpace(MAXALIGN(parts[i].size()));
	RequestNamedLWLockTranche("qsrepl", lengthof(parts));
}

static void
startup(void)
{
	LWLockPadded *guards;

	if (prev_shmem_startup)
		prev_shmem_startup();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	guards = GetNamedLWLockTranche("qsrepl");
	for (int i = 0; i < lengthof(parts); i++)
		parts[i].init(&guards[i].lock);
	LWLockRelease(AddinShmemInitLock);
}

void
qsrepl_request_shmem(void)
{
#ifdef QSREPL_HAVE_SHMEM_REQUEST_HOOK
	prev_shmem_request = shmem_request_hook;
	shmem_request_hook = request;
#else
	request();
#endif
	prev_shmem_startup = shmem_startup_hook;
	shmem_startup_hook = startup;
}
