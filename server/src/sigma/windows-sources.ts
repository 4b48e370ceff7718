/**
 * Which log source of the rules a Windows event belongs to, by its channel and number.
 *
 * Sources: Sysmon's event list (learn.microsoft.com/sysinternals/downloads/sysmon) and the log source documentation of
 * github.com/SigmaHQ/sigma. A channel that is not listed still is `product: windows`.
 */
import type { FieldValue } from './event.ts'
import type { LogSource } from './rule.ts'

const SYSMON = 'Microsoft-Windows-Sysmon/Operational'

/** Channel to service. */
const SERVICES: Readonly<Record<string, string>> = {
  Application: 'application',
  Security: 'security',
  System: 'system',
  'DNS Server': 'dns-server',
  'MSExchange Management': 'msexchange-management',
  'Windows PowerShell': 'powershell-classic',
  'Microsoft-Windows-PowerShell/Operational': 'powershell',
  'PowerShellCore/Operational': 'powershell',
  [SYSMON]: 'sysmon',
  'Microsoft-Windows-Windows Defender/Operational': 'windefend',
  'Microsoft-Windows-TaskScheduler/Operational': 'taskscheduler',
  'Microsoft-Windows-WMI-Activity/Operational': 'wmi',
  'Microsoft-Windows-NTLM/Operational': 'ntlm',
  'Microsoft-Windows-Bits-Client/Operational': 'bits-client',
  'Microsoft-Windows-CodeIntegrity/Operational': 'codeintegrity-operational',
  'Microsoft-Windows-Windows Firewall With Advanced Security/Firewall': 'firewall-as',
  'Microsoft-Windows-AppXDeploymentServer/Operational': 'appxdeployment-server',
  'Microsoft-Windows-AppModel-Runtime/Admin': 'appmodel-runtime',
  'Microsoft-Windows-AppxPackaging/Operational': 'appxpackaging-om',
  'Microsoft-Windows-AppLocker/EXE and DLL': 'applocker',
  'Microsoft-Windows-AppLocker/MSI and Script': 'applocker',
  'Microsoft-Windows-AppLocker/Packaged app-Deployment': 'applocker',
  'Microsoft-Windows-AppLocker/Packaged app-Execution': 'applocker',
  'Microsoft-Windows-DNS-Server/Audit': 'dns-server-audit',
  'Microsoft-Windows-DNS Client Events/Operational': 'dns-client',
  'Microsoft-Windows-DriverFrameworks-UserMode/Operational': 'driver-framework',
  'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational':
    'terminalservices-localsessionmanager',
  'Microsoft-Windows-SmbClient/Security': 'smbclient-security',
  'Microsoft-Windows-SmbClient/Connectivity': 'smbclient-connectivity',
  'Microsoft-Windows-SMBServer/Connectivity': 'smbserver-connectivity',
  'Microsoft-Windows-LSA/Operational': 'lsa-server',
  'Microsoft-Windows-Shell-Core/Operational': 'shell-core',
  'Microsoft-Windows-CAPI2/Operational': 'capi2',
  'Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational':
    'certificateservicesclient-lifecycle-system',
  'Microsoft-Windows-Diagnosis-Scripted/Operational': 'diagnosis-scripted',
  'Microsoft-IIS-Configuration/Operational': 'iis-configuration',
  'Microsoft-Windows-LDAP-Client/Debug': 'ldap',
  'Microsoft-Windows-Security-Mitigations/Kernel Mode': 'security-mitigations',
  'Microsoft-Windows-Security-Mitigations/User Mode': 'security-mitigations',
  'OpenSSH/Operational': 'openssh',
}

/** Channel and event number to categories. */
const CATEGORIES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  [SYSMON]: {
    1: ['process_creation'],
    2: ['file_change'],
    3: ['network_connection'],
    4: ['sysmon_status'],
    5: ['process_termination'],
    6: ['driver_load'],
    7: ['image_load'],
    8: ['create_remote_thread'],
    9: ['raw_access_thread'],
    10: ['process_access'],
    11: ['file_event'],
    12: ['registry_add', 'registry_delete', 'registry_event'],
    13: ['registry_set', 'registry_event'],
    14: ['registry_rename', 'registry_event'],
    15: ['create_stream_hash'],
    16: ['sysmon_status'],
    17: ['pipe_created'],
    18: ['pipe_created'],
    19: ['wmi_event'],
    20: ['wmi_event'],
    21: ['wmi_event'],
    22: ['dns_query'],
    23: ['file_delete'],
    24: ['clipboard_change'],
    25: ['process_tampering'],
    26: ['file_delete'],
    27: ['file_block_executable'],
    28: ['file_block_shredding'],
    29: ['file_executable_detected'],
    255: ['sysmon_error'],
  },
  Security: { 4688: ['process_creation'] },
  'Microsoft-Windows-PowerShell/Operational': { 4103: ['ps_module'], 4104: ['ps_script'] },
  'PowerShellCore/Operational': { 4103: ['ps_module'], 4104: ['ps_script'] },
  'Windows PowerShell': {
    400: ['ps_classic_start'],
    600: ['ps_classic_provider_start'],
    800: ['ps_classic_script'],
  },
}

/** Security 4688 names its members otherwise than Sysmon 1, which the rules are written for. */
const PROCESS_CREATION_4688: Readonly<Record<string, string>> = {
  NewProcessName: 'Image',
  ParentProcessName: 'ParentImage',
  SubjectUserName: 'User',
}

const listed = new Map<string, readonly LogSource[]>()

/** Sources of a Windows event; adds the members that rules of its category expect. The same kind, the same list. */
export function windowsSources(fields: Map<string, FieldValue>): readonly LogSource[] {
  const channel = single(fields.get('Channel'))
  const number = single(fields.get('EventID'))
  if (channel === 'Security' && number === '4688') {
    for (const [from, to] of Object.entries(PROCESS_CREATION_4688)) {
      const value = fields.get(from)
      if (value !== undefined && !fields.has(to)) fields.set(to, value)
    }
  }
  const service = SERVICES[channel] ?? null
  const categories = CATEGORIES[channel]?.[number] ?? []
  const key = `${service} ${categories.join(' ')}`
  const known = listed.get(key)
  if (known !== undefined) return known
  const source = (category: string | null): LogSource => ({ product: 'windows', category, service })
  const sources = categories.length === 0 ? [source(null)] : categories.map(source)
  // Bounded: both come out of the tables above.
  listed.set(key, sources)
  return sources
}

function single(value: FieldValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
