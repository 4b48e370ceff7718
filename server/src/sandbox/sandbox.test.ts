import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { SandboxError, type SandboxErrorCode } from './error.ts'
import { openSandbox, type Sandbox, type SandboxRun } from './sandbox.ts'
import { seccompFilter } from './seccomp.ts'
import type { Workspace } from './workspace.ts'

const SKIP = existsSync('/usr/bin/bwrap') ? false : 'bubblewrap is not installed: apt-get install bubblewrap'

let sandbox: Sandbox
let workspace: Workspace
before(async () => {
  if (SKIP !== false) return
  sandbox = await openSandbox()
  workspace = sandbox.createWorkspace()
})
after(async () => {
  if (SKIP !== false) return
  workspace.remove()
  await sandbox.close()
})

const contained = (name: string, body: () => Promise<void>) => test(name, { skip: SKIP }, body)
const code = (wanted: SandboxErrorCode) => (error: unknown) =>
  error instanceof SandboxError && error.code === wanted

async function shell(script: string, more: Partial<SandboxRun> = {}) {
  const result = await sandbox.run({ workspace, command: ['/bin/sh', '-c', script], ...more })
  return { ...result, out: result.stdout.toString(), err: result.stderr.toString() }
}
/** The status of a script that has to fail for the wall to stand. */
async function refused(script: string): Promise<void> {
  const { end, status, out } = await shell(script)
  assert.equal(end, 'exited')
  assert.notEqual(status, 0, `${script} went through: ${out}`)
}

contained('a program runs, reads its input, writes to its workspace', async () => {
  workspace.write('in/data.txt', 'hello')
  const result = await shell('cat; cat in/data.txt; echo warn >&2; echo made > out.txt; exit 3', {
    stdin: Buffer.from('given '),
  })
  assert.deepEqual(
    [result.end, result.status, result.out, result.err],
    ['exited', 3, 'given hello', 'warn\n'],
  )
  assert.equal(workspace.read('out.txt', 100).toString(), 'made\n')
})

contained('no network: not the host, not the world, no other kinds of socket', async () => {
  const server = createServer((_, response) => response.end('reached'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const connect = (host: string, at: number) => `exec 3<>/dev/tcp/${host}/${at}`
  for (const [host, at] of [
    ['127.0.0.1', port],
    ['192.0.2.1', 80],
    ['10.0.0.1', 53],
  ] as const) {
    const { status } = await sandbox.run({ workspace, command: ['/bin/bash', '-c', connect(host, at)] })
    assert.notEqual(status, 0, host)
  }
  const raw = await shell('ls /sys/class/net 2>/dev/null; grep -c : /proc/net/dev')
  assert.equal(raw.out, '1\n', 'only the loopback of its own')
  server.close()
})

contained('no files of the host', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sekisho-outside-'))
  writeFileSync(path.join(folder, 'secret'), 'outside')
  const { out } = await shell(
    `ls -A / | tr '\\n' ' '; ls -A /etc /tmp | tr '\\n' ' '; cat ${folder}/secret /etc/shadow /root/.ssh/id_rsa 2>/dev/null`,
  )
  assert.equal(out.includes('outside'), false)
  assert.equal(out, 'bin dev etc lib lib64 proc sbin tmp usr work /etc: alternatives  /tmp: ')
  for (const target of [
    '/usr/x',
    '/x',
    '/etc/x',
    '/dev/x',
    '/proc/sys/kernel/hostname',
    '/usr/bin/sh',
    '/proc/self/mem/x',
  ]) {
    await refused(`echo 1 > ${target}`)
  }
  rmSync(folder, { recursive: true })
})

contained('no processes of the host, none that outlive the run, none that look into others', async () => {
  const { out } = await shell('ls /proc | grep -c "^[0-9]"; kill -9 -1; echo after')
  assert.ok(Number(out.split('\n')[0]) <= 8, out)
  await refused(`kill -0 ${process.pid}`)
  const marker = `sekisho-left-${process.pid}`
  await shell(
    `(exec -a ${marker} sleep 300) >/dev/null 2>&1 & setsid nohup sleep 301 >/dev/null 2>&1 & exit 0`,
  )
  const left = execFileSync('ps', ['-eo', 'args']).toString()
  assert.equal(/sleep 30[01]/.test(left), false)
})

contained('no rights to gain, no namespaces, no mounts, no tracing', async () => {
  const { out } = await shell(
    'grep -E "^(CapEff|CapPrm|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; id -u',
  )
  assert.match(out, /CapPrm:\s+0{16}\nCapEff:\s+0{16}\nCapBnd:\s+0{16}\nNoNewPrivs:\s+1\nSeccomp:\s+2\n65534/)
  for (const script of [
    'unshare -Ur true',
    'unshare -n true',
    'mount -t tmpfs x /tmp',
    'mount --bind /work /usr',
    'chroot /work /bin/true',
    'su root -c id',
    'nsenter -t 1 -m true',
    'mknod /work/disk b 8 0',
    'chown 0 /work',
  ]) {
    await refused(script)
  }
})

contained('refused system calls fail as the filter says', async () => {
  const script = `
import ctypes, errno, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *args):
    ctypes.set_errno(0)
    return libc.syscall(number, *args), errno.errorcode.get(ctypes.get_errno())
x64 = os.uname().machine == 'x86_64'
for name, number in (('ptrace', 101 if x64 else 117), ('unshare', 272 if x64 else 97), ('bpf', 321 if x64 else 280), ('keyctl', 250 if x64 else 219), ('io_uring_setup', 425), ('userfaultfd', 323 if x64 else 282)):
    print(name, *call(number, 0, 0, 0, 0, 0))
print('clone3', *call(435, 0, 0))
print('clone', *call(56 if x64 else 220, 0x10000000 | 17, 0, 0, 0, 0))
for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_NETLINK, socket.AF_PACKET, 40):
    try:
        socket.socket(family, socket.SOCK_DGRAM if family != 40 else socket.SOCK_STREAM).close()
        print('socket', int(family), 'open')
    except OSError as error:
        print('socket', int(family), errno.errorcode[error.errno])
print('tiocsti', *call(16 if x64 else 29, 0, 0x5412, b'x'))
print('tcgets', *call(16 if x64 else 29, 0, 0x5401, b'x' * 64))
`
  const { out, err } = await sandbox
    .run({ workspace, command: ['/usr/bin/python3', '-c', script] })
    .then((r) => ({ out: r.stdout.toString(), err: r.stderr.toString() }))
  assert.equal(
    out,
    'ptrace -1 EPERM\nunshare -1 EPERM\nbpf -1 EPERM\nkeyctl -1 EPERM\nio_uring_setup -1 EPERM\nuserfaultfd -1 EPERM\n' +
      'clone3 -1 ENOSYS\nclone -1 EPERM\nsocket 1 open\nsocket 2 open\nsocket 16 EPERM\nsocket 17 EPERM\nsocket 40 EPERM\n' +
      'tiocsti -1 EPERM\ntcgets -1 ENOTTY\n',
    err,
  )
})

contained('the environment is empty but for what is given', async () => {
  process.env.SEKISHO_TEST_SECRET = 'secret'
  const { out } = await shell('env | sort', { environment: { GIVEN: 'x=y' } })
  delete process.env.SEKISHO_TEST_SECRET
  assert.equal(out, 'GIVEN=x=y\nHOME=/tmp\nLANG=C.UTF-8\nPATH=/usr/bin:/bin\nPWD=/work\n')
})

contained('what hangs, floods, fills, forks or eats memory is ended, and said how', async () => {
  assert.equal((await shell('sleep 60', { limits: { timeoutMs: 300 } })).end, 'timeout')
  const flood = await shell('yes', { limits: { outputBytes: 10_000 } })
  assert.deepEqual([flood.end, flood.stdout.length], ['output_limit', 10_000])
  const own = sandbox.createWorkspace()
  const full = await shell('i=0; while true; do i=$((i+1)); head -c 1000000 /dev/zero > f$i; done', {
    workspace: own,
    limits: { workspaceBytes: 20_000_000, timeoutMs: 20_000 },
  })
  assert.equal(full.end, 'workspace_limit')
  own.remove()
  const large = await shell('head -c 2000000 /dev/zero > big; wc -c < big', {
    limits: { fileBytes: 1_000_000 },
  })
  assert.equal(large.out.trim(), '1000000')
  assert.notEqual((await shell('head -c 400000000 /dev/zero > /tmp/x')).status, 0)
  assert.notEqual((await shell('head -c 100000000 /dev/zero > /dev/shm/x')).status, 0)
  const memory = await sandbox.run({
    workspace,
    command: ['/usr/bin/python3', '-c', 'b"x" * 900_000_000'],
    limits: { memoryBytes: 512 * 1024 * 1024 },
  })
  assert.match(memory.stderr.toString(), /MemoryError/)
  const forks = await shell('f() { f | f & }; f; sleep 5', { limits: { processes: 64, timeoutMs: 2_000 } })
  assert.ok(['timeout', 'exited', 'signalled', 'output_limit'].includes(forks.end))
  const cpu = await shell('while :; do :; done', { limits: { cpuSeconds: 1, timeoutMs: 10_000 } })
  assert.notEqual(cpu.end, 'timeout')
})

contained('links that a program leaves are not followed', async () => {
  await shell('ln -s /etc/passwd link; ln -s / root; mkfifo pipe; mkdir dir; ln -s ../../.. dir/up')
  for (const file of ['link', 'pipe', 'dir', 'none'])
    assert.throws(() => workspace.read(file, 100), code('sandbox_not_a_file'), file)
  for (const file of ['root/etc/passwd', 'dir/up/etc/passwd', '../x', '/etc/passwd', 'a/../../x', 'a\0b']) {
    assert.throws(() => workspace.read(file, 100), code('sandbox_path_outside'), file)
  }
  assert.throws(() => workspace.write('root/x', ''), code('sandbox_path_outside'))
  assert.throws(() => workspace.write('link', 'x'))
  assert.equal(readFileSync('/etc/passwd', 'utf8').includes('root'), true)
  workspace.write('large', 'x'.repeat(1_000))
  assert.throws(() => workspace.read('large', 999), code('sandbox_file_too_large'))
})

contained('commands and folders that make no sense are refused', async () => {
  for (const command of [[], [''], ['/bin/true', 'a\0b']]) {
    await assert.rejects(sandbox.run({ workspace, command }), code('sandbox_command_invalid'))
  }
  for (const to of ['/usr/x', '/opt/../etc', 'opt/x', '/opt/']) {
    await assert.rejects(
      sandbox.run({ workspace, command: ['/bin/true'], readOnly: [{ from: '/usr', to }] }),
      code('sandbox_command_invalid'),
      to,
    )
  }
  const missing = await sandbox.run({ workspace, command: ['/no/such/program'] })
  assert.equal(missing.end, 'exited')
  assert.notEqual(missing.status, 0)
})

contained('what is shown read-only is that', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sekisho-shown-'))
  execFileSync('chmod', ['755', folder])
  writeFileSync(path.join(folder, 'tool'), 'tool', { mode: 0o644 })
  const { out } = await shell('cat /opt/shown/tool; echo x > /opt/shown/tool || echo refused', {
    readOnly: [{ from: folder, to: '/opt/shown' }],
  })
  assert.equal(out, 'toolrefused\n')
  rmSync(folder, { recursive: true })
})

contained('a run is cancelled by its signal, and all of them by closing', async () => {
  const abort = new AbortController()
  const run = shell('sleep 60', { signal: abort.signal })
  setTimeout(() => abort.abort(), 50)
  assert.equal((await run).end, 'cancelled')
  const other = await openSandbox()
  const own = other.createWorkspace()
  const last = other.run({ workspace: own, command: ['/bin/sleep', '60'] })
  await other.close()
  assert.equal((await last).end, 'cancelled')
  await assert.rejects(other.run({ workspace: own, command: ['/bin/true'] }), code('sandbox_closed'))
  own.remove()
})

contained('a server that is killed takes its programs with it', async () => {
  const source = `const { openSandbox } = await import(${JSON.stringify(new URL('./sandbox.ts', import.meta.url).href)})
const s = await openSandbox(); const w = s.createWorkspace(); console.log('up ' + w.path)
await s.run({ workspace: w, command: ['/bin/sleep', '4242'] })`
  const child = spawn(
    process.execPath,
    ['--conditions=sekisho-source', '--input-type=module', '-e', source],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const left = await new Promise<string>((resolve) =>
    child.stdout.on('data', (chunk) => resolve(String(chunk).trim().slice(3))),
  )
  const runs = () => /sleep 4242/.test(execFileSync('ps', ['-eo', 'args']).toString())
  while (!runs()) await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill('SIGKILL')
  while (runs()) await new Promise((resolve) => setTimeout(resolve, 20))
  rmSync(left, { recursive: true, force: true })
})

test('without bubblewrap there is no sandbox, and it says what to do', async () => {
  const before = process.arch
  Object.defineProperty(process, 'arch', { value: 'mips', configurable: true })
  try {
    await assert.rejects(openSandbox(), code('sandbox_unavailable'))
  } finally {
    Object.defineProperty(process, 'arch', { value: before, configurable: true })
  }
})

test('the filter jumps only within itself and ends by allowing', () => {
  for (const architecture of ['x64', 'arm64'] as const) {
    const filter = seccompFilter(architecture)
    assert.ok(filter !== null)
    const length = filter.length / 8
    for (let i = 0; i < length; i += 1) {
      const kind = filter.readUInt16LE(i * 8) & 7
      if (kind === 5)
        assert.ok(i + 1 + Math.max(filter.readUInt8(i * 8 + 2), filter.readUInt8(i * 8 + 3)) < length)
    }
    assert.equal(filter.readUInt32LE((length - 1) * 8 + 4), 0x7fff_0000)
  }
  assert.equal(seccompFilter('mips'), null)
})
