/**
 * What programs do, by name: the capability and side that running one is work of.
 *
 * Only programs whose name alone says it; everything else is read from its arguments or not at all. Names, no recipes.
 */
import type { Capability, Side } from './reading.ts'

/** What a call does to the world. */
export type Effect = 'reads' | 'writes' | 'connects' | 'attacks' | 'unknown'

export interface Program {
  readonly capability: Capability
  readonly side: Exclude<Side, 'uncertain'>
  readonly effect: Effect
}

const GROUPS: readonly (readonly [Program['side'], Capability, Effect, string])[] = [
  ['offensive', 'credential_attack', 'attacks', 'hashcat john hydra medusa ncrack patator mimikatz secretsdump kerbrute responder rubeus lazagne thc-hydra aircrack-ng'],
  ['offensive', 'exploit_validation', 'attacks', 'sqlmap msfconsole commix xsstrike exploit routersploit beef'],
  ['offensive', 'malware_creation', 'attacks', 'msfvenom veil donut'],
  ['offensive', 'lateral_movement', 'attacks', 'psexec wmiexec smbexec dcomexec evil-winrm crackmapexec netexec nxc'],
  ['offensive', 'command_and_control', 'attacks', 'sliver-server sliver-client empire havoc chisel ligolo merlin'],
  ['offensive', 'social_engineering', 'attacks', 'gophish setoolkit evilginx evilginx2 modlishka'],
  ['offensive', 'disruption', 'attacks', 'slowloris hping3 loic hoic goldeneye'],
  ['dual_use', 'vulnerability_discovery', 'connects', 'nmap masscan rustscan zmap nikto nuclei gobuster ffuf feroxbuster dirb dirbuster wpscan zap amass subfinder afl-fuzz zap-cli openvas enum4linux'],
  ['dual_use', 'reverse_engineering', 'reads', 'ghidra analyzeheadless r2 radare2 objdump gdb lldb rizin jadx apktool'],
  ['dual_use', 'attack_emulation', 'attacks', 'caldera invoke-atomictest atomic'],
  ['defensive', 'forensics', 'reads', 'volatility vol vol3 log2timeline plaso fls foremost autopsy avml'],
  ['defensive', 'malware_analysis', 'reads', 'yara clamscan capa floss oletools olevba'],
  ['defensive', 'log_analysis', 'reads', 'journalctl ausearch tshark zeek chainsaw hayabusa last lastb'],
  ['defensive', 'hardening', 'writes', 'ufw iptables nft firewall-cmd fail2ban-client lynis oscap'],
  ['defensive', 'vulnerability_triage', 'reads', 'trivy grype osv-scanner searchsploit'],
  ['non_cyber', 'none', 'connects', 'curl wget ssh scp sftp rsync rclone ftp nc ncat telnet socat'],
  ['non_cyber', 'none', 'reads', 'ls cat head tail grep rg find wc pwd echo printf sort uniq cut awk sed jq stat file which env date diff tree less du df ps id whoami git'],
  ['non_cyber', 'none', 'writes', 'rm mv cp mkdir touch chmod chown tee ln npm pnpm yarn pip cargo go make cmake node python python3 ruby docker kubectl terraform systemctl kill pkill'],
] // biome-ignore format: one group a line reads best

const PROGRAMS = new Map<string, Program>(
  GROUPS.flatMap(([side, capability, effect, names]) =>
    names.split(' ').map((name): [string, Program] => [name, { side, capability, effect }]),
  ),
)

/** Arguments that make an ordinary program a grave one. */
const GRAVE: readonly (readonly [RegExp, Program])[] = [
  [/\bvssadmin\b.{0,40}\bdelete\b|\bwbadmin\b.{0,20}\bdelete\b|\bbcdedit\b.{0,60}\brecoveryenabled\b/i, { side: 'prohibited', capability: 'disruption', effect: 'attacks' }],
  [/\bdd\b.{0,80}\bof=\/dev\/(?:sd|nvme|vd|disk)|\bmkfs(?:\.\w+)?\s+\/dev\/|\brm\s+-\w*r\w*\s+(?:--no-preserve-root\s+)?\/(?:\s|$|\*)/i, { side: 'offensive', capability: 'disruption', effect: 'attacks' }],
  [/\bwevtutil(?:\.exe)?\s+cl\b|\bclear-eventlog\b|\bhistory\s+-c\b|\bauditctl\s+-e\s*0|\bset-mppreference\b.{0,60}disable/i, { side: 'offensive', capability: 'stealth_evasion', effect: 'attacks' }],
  [/\bcomsvcs\.dll\b|\bprocdump\b.{0,60}\blsass\b|\breg\b.{0,10}\bsave\b.{0,20}\bhklm\\sam\b|\bntdsutil\b/i, { side: 'offensive', capability: 'credential_attack', effect: 'attacks' }],
  [/\/dev\/(?:tcp|udp)\/|\b(?:nc|ncat)\b.{0,60}\s-e\s/i, { side: 'offensive', capability: 'command_and_control', effect: 'attacks' }],
] // biome-ignore format: one pattern a line reads best

/** What running `command` with its arguments is work of; null for a program nobody listed. */
export function programOf(binary: string, command: string): Program | null {
  for (const [pattern, program] of GRAVE) if (pattern.test(command)) return program
  return PROGRAMS.get(binary) ?? null
}
