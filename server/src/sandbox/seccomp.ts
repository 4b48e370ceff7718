/**
 * The system calls a sandboxed program may not make, as a filter for the kernel.
 *
 * Spec: seccomp(2), classic BPF over `struct seccomp_data`; numbers from Linux's syscall tables for x86-64 and arm64.
 * Threat: a program that uses a rarely needed part of the kernel to get out. What is refused fails with EPERM, so that a
 * program goes on without it; `clone3`, whose flags lie in memory, fails with ENOSYS, so that libraries fall back to `clone`.
 */

const EPERM = 1
const ENOSYS = 38
const ALLOW = 0x7fff_0000
const KILL = 0x8000_0000
const ERRNO = 0x0005_0000

/** New namespaces: mount, cgroup, UTS, IPC, user, PID, network. */
const CLONE_NAMESPACES = 0x7e02_0000
const SOCKET_FAMILIES = [1, 2, 10]

interface Architecture {
  readonly audit: number
  readonly clone: number
  readonly clone3: number
  readonly socket: number
  readonly ioctl: number
  readonly refused: readonly number[]
}

/** In this order in both tables: what looks into other processes, the kernel, its keys, mounts, namespaces, clocks. */
const ARCHITECTURES: Readonly<Partial<Record<NodeJS.Architecture, Architecture>>> = {
  x64: {
    audit: 0xc000_003e,
    clone: 56,
    clone3: 435,
    socket: 41,
    ioctl: 16,
    refused: [
      101,
      310,
      311,
      312,
      438,
      440,
      448, // ptrace, process_vm_readv, process_vm_writev, kcmp, pidfd_getfd, process_madvise, process_mrelease
      246,
      320,
      175,
      313,
      176,
      321,
      298,
      323,
      425,
      426,
      427, // kexec_load, kexec_file_load, init_module, finit_module, delete_module, bpf, perf_event_open, userfaultfd, io_uring_*
      248,
      249,
      250, // add_key, request_key, keyctl
      165,
      166,
      155,
      161,
      428,
      429,
      430,
      431,
      432,
      433,
      442, // mount, umount2, pivot_root, chroot, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
      272,
      308, // unshare, setns
      164,
      227,
      159,
      305,
      170,
      171, // settimeofday, clock_settime, adjtimex, clock_adjtime, sethostname, setdomainname
      167,
      168,
      169,
      163,
      179,
      103,
      172,
      173,
      135,
      304,
      303,
      134,
      136, // swapon, swapoff, reboot, acct, quotactl, syslog, iopl, ioperm, personality, open_by_handle_at, name_to_handle_at, uselib, ustat
    ],
  },
  arm64: {
    audit: 0xc000_00b7,
    clone: 220,
    clone3: 435,
    socket: 198,
    ioctl: 29,
    refused: [
      117, 270, 271, 272, 438, 440, 448, 104, 294, 105, 273, 106, 280, 241, 282, 425, 426, 427, 217, 218, 219,
      40, 39, 41, 51, 428, 429, 430, 431, 432, 433, 442, 97, 268, 170, 112, 171, 266, 161, 162, 224, 225, 142,
      89, 60, 116, 92, 265, 264,
    ],
  },
}

/** Terminal input pushed back to the one who looks: TIOCSTI, TIOCLINUX. */
const REFUSED_IOCTLS = [0x5412, 0x541c]

const LOAD = 0x20
const JUMP_EQUAL = 0x15
const JUMP_AT_LEAST = 0x35
const JUMP_ANY_BIT = 0x45
const RETURN = 0x06
/** Offsets in `struct seccomp_data`: low words of little-endian arguments. */
const NUMBER = 0
const ARCH = 4
const ARGUMENT_0 = 16
const ARGUMENT_1 = 24
const X32_BIT = 0x4000_0000

type Instruction = readonly [code: number, yes: number, no: number, value: number]

/** @returns the filter as the kernel reads it, or null on an architecture without a table */
export function seccompFilter(architecture: NodeJS.Architecture = process.arch): Buffer | null {
  const table = ARCHITECTURES[architecture]
  if (table === undefined) return null
  const refuse = (errno: number): Instruction => [RETURN, 0, 0, ERRNO | errno]
  const program: Instruction[] = [
    [LOAD, 0, 0, ARCH],
    [JUMP_EQUAL, 1, 0, table.audit],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, NUMBER],
    ...(architecture === 'x64' ? ([[JUMP_AT_LEAST, 0, 1, X32_BIT], refuse(EPERM)] as const) : []),
    ...table.refused.flatMap((number): Instruction[] => [[JUMP_EQUAL, 0, 1, number], refuse(EPERM)]),
    [JUMP_EQUAL, 0, 1, table.clone3],
    refuse(ENOSYS),
    // Whatever of these it is, its argument is loaded only when it is that call.
    [JUMP_EQUAL, 0, 3, table.clone],
    [LOAD, 0, 0, ARGUMENT_0],
    [JUMP_ANY_BIT, 0, 1, CLONE_NAMESPACES],
    refuse(EPERM),
    [LOAD, 0, 0, NUMBER],
    [JUMP_EQUAL, 0, 2 + SOCKET_FAMILIES.length, table.socket],
    [LOAD, 0, 0, ARGUMENT_0],
    ...SOCKET_FAMILIES.map((family, i): Instruction => [JUMP_EQUAL, SOCKET_FAMILIES.length - i, 0, family]),
    refuse(EPERM),
    [LOAD, 0, 0, NUMBER],
    [JUMP_EQUAL, 0, 2 + REFUSED_IOCTLS.length, table.ioctl],
    [LOAD, 0, 0, ARGUMENT_1],
    ...REFUSED_IOCTLS.map(
      (command, i): Instruction => [
        JUMP_EQUAL,
        REFUSED_IOCTLS.length - 1 - i,
        i === REFUSED_IOCTLS.length - 1 ? 1 : 0,
        command,
      ],
    ),
    refuse(EPERM),
    [RETURN, 0, 0, ALLOW],
  ]
  return assemble(program)
}

function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8)
  program.forEach(([code, yes, no, value], i) => {
    bytes.writeUInt16LE(code, i * 8)
    bytes.writeUInt8(yes, i * 8 + 2)
    bytes.writeUInt8(no, i * 8 + 3)
    bytes.writeUInt32LE(value >>> 0, i * 8 + 4)
  })
  return bytes
}
