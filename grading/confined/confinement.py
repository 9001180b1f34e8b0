"""Give up rights, for good, in the process that is about to run a student's code (Linux).

Three mechanisms of the kernel, none of which needs root, a container or an installed program:

- Landlock (Linux 5.13): only the listed files and folders can be opened;
- seccomp: no new processes or programs, no network, no way to reach another process or to leave
  anything in the kernel's memory;
- resource limits: memory, processor time, size of a file.

What one of them refuses looks to the code like an ordinary OSError.
"""

import contextlib
import ctypes
import errno
import fcntl
import math
import os
import platform
import resource
import select
import signal
import socket
import struct
import sysconfig
import time
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)

LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
PR_SET_PDEATHSIG, PR_GET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 21, 38
O_PATH = 0o10000000

# --- Files: Landlock ---

READ_FILE, READ_DIR = 1 << 2, 1 << 3
# write and truncate a file, create and remove one; a socket is a file too (the kernel's channels)
CHANGE_FILE, CHANGE_DIR = 1 << 1 | 1 << 14, 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9
ALL_RIGHTS_OF_ABI = (0, 13, 14, 15, 15, 16)  # the number of rights that Landlock's version knows
TRUNCATE_FROM_ABI, NETWORK_FROM_ABI, SCOPE_FROM_ABI = 3, 4, 6


def landlock_version():
    """0 where the kernel has no Landlock."""
    return max(0, libc.syscall(LANDLOCK_CREATE_RULESET, None, 0, 1))


def allow_only_files(read, write):
    """From now on only the files and folders in `read` and `write` can be opened."""
    version = landlock_version()
    if not version:
        return
    rights = (1 << ALL_RIGHTS_OF_ABI[min(version, len(ALL_RIGHTS_OF_ABI) - 1)]) - 1
    scopes = 3 if version >= SCOPE_FROM_ABI else 0  # signals and abstract sockets stay inside
    attributes = struct.pack("=QQQ", rights, 0, scopes)
    size = 24 if version >= SCOPE_FROM_ABI else 16 if version >= NETWORK_FROM_ABI else 8
    ruleset = check(libc.syscall(LANDLOCK_CREATE_RULESET, attributes, size, 0))
    for paths, allowed in ((read, READ_FILE | READ_DIR), (write, READ_FILE | READ_DIR | CHANGE_FILE | CHANGE_DIR)):
        for path in filter(os.path.exists, paths):
            fitting = allowed if os.path.isdir(path) else allowed & (READ_FILE | CHANGE_FILE)
            descriptor = os.open(path, O_PATH | os.O_CLOEXEC)
            rule = struct.pack("=Qi", fitting & rights, descriptor)
            check(libc.syscall(LANDLOCK_ADD_RULE, ruleset, 1, rule, 0))
            os.close(descriptor)
    check(libc.syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def python_files():
    """What Python, its packages and their shared libraries need to read; not the folders around them."""
    paths = sysconfig.get_paths()
    libraries = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    system = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share", "/etc/ld.so.cache", "/etc/localtime"]
    devices = ["/dev/urandom", "/dev/zero", "/sys/devices/system/cpu"]
    installed = Path(sysconfig.get_config_var("installed_base")) / "lib"
    return [*libraries, str(installed), *system, *devices]


# --- System calls: seccomp ---

ALLOW, ASK, KILL = 0x7FFF0000, 0x7FC00000, 0x80000000  # ASK: the process at the other end of the listener
ERROR = 0x50000  # plus the number of the error that the call reports; 0 is success
DO_NOTHING = ERROR
REFUSE = ERROR | errno.EPERM
TRY_LATER = ERROR | errno.EAGAIN
NO_SUCH_CALL = ERROR | errno.ENOSYS
NO_NETWORK = ERROR | errno.EOPNOTSUPP  # the answer that ZeroMQ takes for "no network here"

# the answer to calls, whatever their arguments; a call's number on x86_64 and on aarch64 (None: it has none there)
ANSWERS = {
    REFUSE: {
        # new processes and programs
        "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
        # other processes
        "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
        "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
        "pidfd_getfd": (438, 438), "ptrace": (101, 117), "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271), "process_madvise": (440, 440), "migrate_pages": (256, 238),
        "move_pages": (279, 239), "kcmp": (312, 272),
        # what outlives the process
        "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193),
        "semctl": (66, 191), "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188),
        "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181),
        "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
        # a way around the limits
        "io_uring_setup": (425, 425), "bpf": (321, 280), "userfaultfd": (323, 282),
        "perf_event_open": (298, 241), "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40),
        "chroot": (161, 51), "pivot_root": (155, 41), "open_by_handle_at": (304, 265), "memfd_create": (319, 279),
        # a way out: descriptors over a socket, news of other folders
        "connect": (42, 203), "sendmsg": (46, 211), "sendmmsg": (307, 269), "inotify_init": (253, None),
        "inotify_init1": (294, 26), "fanotify_init": (300, 262),
        "truncate": (76, 45),  # Landlock knows it from version 3 on
    },
    # honest libraries make these calls too: they succeed and change nothing
    DO_NOTHING: {
        # priorities, of other processes as well
        "setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setaffinity": (203, 122),
        "sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274),
        # changes of files that Landlock does not see
        "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53),
        "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
        "utime": (132, None), "utimes": (235, None), "utimensat": (280, 88), "futimesat": (261, None),
        "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
        "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    },
    # the arguments can't be seen; the C library falls back to clone and openat
    NO_SUCH_CALL: {"clone3": (435, 435), "openat2": (437, 437)},
}  # fmt: skip
LISTENING = {"bind": (49, 200), "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242)}
NEW_FILES = {
    "creat": (85, None), "mkdir": (83, None), "mkdirat": (258, 34), "mknod": (133, None), "mknodat": (259, 33),
    "link": (86, None), "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36), "bind": LISTENING["bind"],
}  # fmt: skip
OPEN, OPENAT, CLONE, PRCTL, PRLIMIT = (2, None), (257, 56), (56, 220), (157, 167), (302, 261)
SENDTO, SOCKET, SOCKETPAIR, FCNTL, IOCTL = (44, 206), (41, 198), (53, 199), (72, 25), (16, 29)
SECCOMP = (317, 277)

# offsets in struct seccomp_data; an argument has 8 bytes
NUMBER, ARCHITECTURE, ARGUMENT_0, ARGUMENT_1, ARGUMENT_2, ARGUMENT_4 = 0, 4, 16, 24, 32, 48
WHOLE, CLONE_THREAD, AF_UNIX, SOCK_STREAM, SOCKET_TYPES = 0xFFFFFFFF, 0x10000, 1, 1, 0xF
MAKES_A_FILE = 0o20000100  # O_CREAT, O_TMPFILE
# calls that depend on an argument: the bits that count, the values that it may have, the answer otherwise
NEW_FILES_AND_THREADS = (
    (OPEN, ARGUMENT_1, MAKES_A_FILE, (0,), ASK),
    (OPENAT, ARGUMENT_2, MAKES_A_FILE, (0,), ASK),
    (CLONE, ARGUMENT_0, CLONE_THREAD, (0,), ASK),
)
ARGUMENTS = (
    (CLONE, ARGUMENT_0, CLONE_THREAD, (CLONE_THREAD,), TRY_LATER),
    (PRCTL, ARGUMENT_0, WHOLE, (15, 16, 0x53564D41), REFUSE),  # names of threads and of memory
    (PRLIMIT, ARGUMENT_0, WHOLE, (0,), REFUSE),  # this process
    (SENDTO, ARGUMENT_4, WHOLE, (0,), REFUSE),  # no address: only to the other end of a connection
    (SENDTO, ARGUMENT_4 + 4, WHOLE, (0,), REFUSE),
    (SOCKETPAIR, ARGUMENT_1, SOCKET_TYPES, (SOCK_STREAM,), REFUSE),
    # F_DUPFD to F_SETLKW, the locks of open files, F_DUPFD_CLOEXEC; others reach for other processes and files
    (FCNTL, ARGUMENT_1, WHOLE, (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030), REFUSE),
    # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
    (IOCTL, ARGUMENT_1, WHOLE, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451), REFUSE),
)
UNIX_SOCKETS_ONLY = (
    (SOCKET, ARGUMENT_0, WHOLE, (AF_UNIX,), NO_NETWORK),
    (SOCKET, ARGUMENT_1, SOCKET_TYPES, (SOCK_STREAM,), NO_NETWORK),
)

NEWER_CALLS = 450  # system calls from this number on came after Linux 5.16: libraries can do without them
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_CALLS = 0x40000000
LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
SET_FILTER, NEW_LISTENER = 1, 8


def restrict_system_calls(channel, listening):
    """From now on calls get the answers of ANSWERS and ARGUMENTS.

    Whoever gets the message on the channel decides about each new file and thread (see `watch`); where the kernel can't
    ask, none can be made. `listening`: Unix sockets may be opened to listen on, as a kernel of Jupyter does; otherwise
    no socket but a pair within the process.
    """
    # a kernel that knows Landlock is new enough to be told that a call may go on
    listener = install({ASK: NEW_FILES}, NEW_FILES_AND_THREADS, listen=True) if landlock_version() else -1
    if listener >= 0:
        socket.send_fds(channel, [b"x"], [listener])
        os.close(listener)
    else:
        install({REFUSE: NEW_FILES}, [(*row, REFUSE) for *row, _ in NEW_FILES_AND_THREADS])
    if listening:
        install(ANSWERS, ARGUMENTS + UNIX_SOCKETS_ONLY)
    else:
        install({**ANSWERS, NO_NETWORK: {**LISTENING, "socket": SOCKET}}, ARGUMENTS)


def install(answers, conditions, listen=False):
    """Have the kernel judge all calls from now on; returns the descriptor of a listener, negative if it has none."""
    program = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, ARCHITECTURES[platform.machine()]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32_CALLS),
        (RETURN, 0, 0, REFUSE),
        (AT_LEAST, 0, 1, NEWER_CALLS),
        (RETURN, 0, 0, NO_SUCH_CALL),
    ]
    rows = [(numbers, NUMBER, 0, (), answer) for answer, calls in answers.items() for numbers in calls.values()]
    for numbers, argument, bits, values, otherwise in (*rows, *conditions):
        if here(numbers) is not None:
            known = [(EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]  # past the answer
            judge = [(LOAD, 0, 0, argument), (AND, 0, 0, bits), *known, (RETURN, 0, 0, otherwise)]
            program += [(EQUAL, 0, len(judge) + 1, here(numbers)), *judge, (LOAD, 0, 0, NUMBER)]
    program.append((RETURN, 0, 0, ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    result = libc.syscall(here(SECCOMP), SET_FILTER, NEW_LISTENER if listen else 0, header)
    return result if listen else check(result)


def here(numbers):
    """The number that a system call has on this machine, None if it does not exist here."""
    return numbers[list(ARCHITECTURES).index(platform.machine())]


def seccomp_available():
    return platform.machine() in ARCHITECTURES and libc.prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0


# --- New files and threads, counted by another process ---

MOST_THREADS = 64  # at a time
RECEIVE_QUESTION, SEND_ANSWER, LET_IT = 0xC0502100, 0xC0182101, 1  # the ioctls of a listener


def watch(channel, end, folder, most_files, *others):
    """Wait until all that hold the other end of the channel have ended; False if one is still there at the time `end`.

    Meanwhile MOST_THREADS may be started and so many files made; then those count that there still are. If something
    comes from `others`, nobody waits any more.
    """
    poll, listener, made = select.poll(), None, 0
    for ready in (channel, *others):
        poll.register(ready, select.POLLIN)
    try:
        while (left := end - time.monotonic()) > 0:
            for descriptor, event in poll.poll(min(left, 3600) * 1000):
                if descriptor == channel.fileno():
                    _, found, _, _ = socket.recv_fds(channel, 1, 1)
                    if not found:
                        return True
                    (listener,) = found
                    poll.register(listener, select.POLLIN)
                elif descriptor != listener:
                    return True
                elif event & select.POLLIN:
                    made = answer_question(listener, folder, made, most_files)
                else:
                    poll.unregister(listener)  # the process is about to end
        return False
    finally:
        if listener:
            os.close(listener)


def answer_question(listener, folder, made, most_files):
    """Let a process make a file or a thread, or not; it may have ended. Returns how many files it has made."""
    with contextlib.suppress(OSError):
        question = fcntl.ioctl(listener, RECEIVE_QUESTION, bytes(80))  # struct seccomp_notif
        number, thread, call = struct.unpack_from("=QIxxxxi", question)
        if call == here(CLONE):
            allowed = len(os.listdir(f"/proc/{thread}/task")) < MOST_THREADS
        else:
            made = made + 1 if made < most_files else things_held(thread, folder, most_files) + 1
            allowed = made <= most_files
        error, flags = (0, LET_IT) if allowed else (-errno.EDQUOT, 0)
        fcntl.ioctl(listener, SEND_ANSWER, struct.pack("=QqiI", number, 0, error, flags))
    return made


def things_held(pid, folder, most):
    """How many files are in the folder, or deleted but in use, at least if not more than `most`; infinite if in doubt.

    The process waits meanwhile, unless it has several threads: then files could be moved while they are counted.
    """
    process = f"/proc/{pid}"
    try:
        if len(os.listdir(f"{process}/task")) > 1:
            return math.inf
        open_ones = [os.readlink(f"{process}/fd/{number}") for number in os.listdir(f"{process}/fd")]
        mapped = Path(f"{process}/maps").read_text(errors="replace").splitlines()
        count = sum(path.endswith(" (deleted)") for path in [*open_ones, *mapped])
        folders = [folder]
        while folders and count <= most:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    count += 1
                    folders += [entry.path] if entry.is_dir(follow_symlinks=False) else []
        return count
    except OSError:
        return math.inf


# --- Everything together ---


def confine(parent, read, write, memory, seconds, file_size, channel, listening=False):
    """Give up all rights but these: files to read and write, bytes of memory, seconds of processor time.

    `channel`: the descriptor of a socket at whose other end somebody watches this process; it stays open.
    """
    for limit, value in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        set_limit(limit, value)
    die_with_parent(parent)
    version, nobody = 0x20080522, bytes(24)  # whoever runs the grader as root does not hand root's powers to the code
    check(libc.capset(struct.pack("=Ii", version, 0), nobody))
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    allow_only_files(read, write)
    if seccomp_available():
        with socket.socket(fileno=os.dup(channel)) as connection:
            restrict_system_calls(connection, listening)


def set_limit(limit, value):
    """Set both limits; a hard one that is lower already stays."""
    _, hard = resource.getrlimit(limit)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (value, value))


def keep_only(descriptors):
    """Close all files but these, which become the first ones, in this order."""
    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 16) for descriptor in descriptors]
    for number, descriptor in enumerate(high):
        os.dup2(descriptor, number)
    os.closerange(len(high), 1 << 16)


def die_with_parent(parent):
    """The kernel kills this process as soon as its parent, the process with this number, ends, however it ends."""
    check(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    if os.getppid() != parent:  # it has ended already
        os._exit(1)


def missing_protection():
    """What this system can't do, in the teacher's words."""
    missing = []
    if not landlock_version():
        missing.append("Landlock: код студента может читать и изменять все файлы, доступные вам")
    elif landlock_version() < TRUNCATE_FROM_ABI:
        missing.append("Landlock версии 3: код студента может стереть содержимое файлов Python")
    if not seccomp_available():
        missing.append("seccomp: код студента может выходить в сеть и запускать программы")
    return missing


def check(result):
    """Raise the error that the C library reports."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
