"""How many works the limits in force let be graded at a time: those of the cgroup (a container) and of the shell."""

import contextlib
import math
import os
import resource
from pathlib import Path

from common.command import Refusal

CGROUPS = Path("/sys/fs/cgroup")
TASKS_QUICK, TASKS = 5, 26  # processes and threads of a work: a worker; with another, nbval, kernel and its threads
TASKS_OF_OUR_OWN = 6  # this process, its helpers
MEMORY_QUICK, MEMORY, MEMORY_OF_OUR_OWN = 300 << 20, 800 << 20, 200 << 20  # what they usually take, in bytes
FILES, FILES_OF_OUR_OWN = 8, 40  # descriptors that this process holds open
NO_LIMIT = math.inf

# the limit: what sets it in the shell, how much marks need, how much nbval needs, the unit of `ulimit`
NEEDED = {
    resource.RLIMIT_CPU: ("-t", 60, 300, 1),
    resource.RLIMIT_FSIZE: ("-f", 1 << 20, 16 << 20, 1 << 10),
    resource.RLIMIT_AS: ("-v", 900 << 20, 3 << 30, 1 << 10),
    resource.RLIMIT_DATA: ("-d", 900 << 20, 3 << 30, 1 << 10),
    resource.RLIMIT_STACK: ("-s", 1 << 20, 1 << 20, 1 << 10),
    resource.RLIMIT_NOFILE: ("-n", 64, 96, 1),
}


def jobs_within_limits(wanted, quick):
    """At most `wanted` works at a time, fewer if the limits in force allow no more; raises Refusal."""
    for limit, (option, marks, nbval, unit) in NEEDED.items():
        allowed, needed = raise_to_hard(limit), marks if quick else nbval
        if allowed < needed:
            also = "" if quick or allowed < marks else ", или добавьте --quick: без nbval хватит и этого предела"
            raise Refusal(
                f"предел ulimit {option} {allowed // unit} мал, проверке нужно не меньше {needed // unit}. "
                f"Начните её в оболочке без этого предела{also}"
            )
    each = TASKS_QUICK if quick else TASKS
    rooms = {
        f"{free_tasks():g} процессов и потоков (--pids-limit, ulimit -u)": (free_tasks() - TASKS_OF_OUR_OWN) / each,
        f"{raise_to_hard(resource.RLIMIT_NOFILE):g} открытых файлов (ulimit -n)": (
            (raise_to_hard(resource.RLIMIT_NOFILE) - FILES_OF_OUR_OWN) / FILES
        ),
    }
    words, room = min(rooms.items(), key=lambda item: item[1])
    if room < 1:
        raise Refusal(f"здесь разрешено только {words}, этого не хватает и для одной работы: увеличьте предел")
    in_memory = (memory() - MEMORY_OF_OUR_OWN) / (MEMORY_QUICK if quick else MEMORY)
    return int(min(wanted, room, max(1, processors()), max(1, in_memory)))


def raise_to_hard(limit):
    """Use all that the shell allows; returns it."""
    _, hard = resource.getrlimit(limit)
    if limit != resource.RLIMIT_STACK:  # a thread's stack is as large as the soft limit says
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(limit, (hard, hard))
    return NO_LIMIT if hard == resource.RLIM_INFINITY else hard


def processors():
    """How many processors this process may use at the same time, rounded up."""
    quotas = [len(os.sched_getaffinity(0))]
    for quota, period in [*numbers("cpu", "cpu.max"), *numbers("cpu", "cpu.cfs_quota_us", "cpu.cfs_period_us")]:
        if 0 < quota < NO_LIMIT:
            quotas.append(math.ceil(quota / period))
    return min(quotas)


def memory():
    """How many bytes a container allows."""
    names = ("memory.max", "memory.limit_in_bytes")
    return min((most for name in names for (most,) in numbers("memory", name)), default=NO_LIMIT)


def free_tasks():
    """How many processes and threads may still be started."""
    rooms = [most - current for most, current in numbers("pids", "pids.max", "pids.current")]
    _, most = resource.getrlimit(resource.RLIMIT_NPROC)
    if most != resource.RLIM_INFINITY and os.geteuid():  # the superuser is exempt
        rooms.append(most - own_tasks())
    return min(rooms, default=NO_LIMIT)


def own_tasks():
    """All processes and threads of this user."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid == os.geteuid():
                count += len(os.listdir(process / "task"))
    return count


def numbers(controller, *names):
    """The numbers that stand in files of one folder, for each folder of this process's cgroup and those above it."""
    for folder in cgroup_folders(controller):
        with contextlib.suppress(OSError, ValueError):
            words = " ".join((folder / name).read_text() for name in names).split()
            yield [float(word.replace("max", "inf")) for word in words]


def cgroup_folders(controller):
    """This process's cgroup and all above it, in version 2 and in version 1 of the hierarchy."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers and controller not in controllers.split(","):
                continue
            top = CGROUPS / controllers if controllers else CGROUPS
            inner = top / path.lstrip("/")
            yield from [folder for folder in (inner, *inner.parents) if folder == top or top in folder.parents]
