/**
 * The sample programme: founds `agreements/us-japan-2026` with keys of its own, so that everything can be
 * tried on one machine. Every step is a statement like any other, checked, signed and recorded.
 *
 * Each step looks at the snapshot first, so a start that was interrupted goes on where it stopped, and what has
 * run out since (the delegation, the engagement's window) is made anew.
 */
import { hash } from 'node:crypto'
import type { SignedStatement } from 'sekisho-verify'
import type { Agreement } from '../agreement/index.ts'
import type { Programme } from '../authority/index.ts'
import type { Clock } from '../base/index.ts'
import { seatKey } from '../governance/index.ts'
import type { KeyHolder, KeyPair } from '../identity/index.ts'
import { custodyOf, type Payload, type Role, type StatementType, signStatement } from '../programme/index.ts'
import { openSampleKeys, type SampleKeys } from './sample-keys.ts'
import {
  SAMPLE_ACTORS,
  SAMPLE_ENGAGEMENT,
  SAMPLE_INSTITUTIONS,
  SAMPLE_INTEGRATOR,
  type SampleActor,
  type SampleInstitution,
} from './sample-roster.ts'
import { SAMPLE_AUDITOR, sampleObservers, sampleSeats } from './sample-seats.ts'

const YEAR_MS = 365 * 24 * 3_600_000

/** Which programme is made, where its keys lie, under which agreement. */
export interface SampleOptions {
  /** Programme id. */
  readonly programme: string
  readonly dataDir: string
  readonly agreement: Agreement
  readonly clock: Pick<Clock, 'nowMs'>
  /** Fills the seats of the bodies too: some eighty statements more. */
  readonly seats?: boolean
}

/** What the sample left behind. */
export interface SampleProgramme {
  readonly keysDirectory: string
  /** An active engagement, its author, members and approvers. */
  readonly engagement: string
  /** Statements made in this start; 0 when everything stood. */
  readonly statements: number
}

/**
 * Makes the programme what the sample says, as far as it is not.
 *
 * @throws {ProgrammeError} `programme_sample_keys_incomplete`, and what `submit` throws
 */
export async function foundSample(programme: Programme, options: SampleOptions): Promise<SampleProgramme> {
  const keys = openSampleKeys(options.dataDir, options.programme, !programme.founded)
  const steps = new Steps(programme, options, keys)
  await steps.found()
  for (const institution of SAMPLE_INSTITUTIONS) await steps.institution(institution)
  await steps.integrator()
  for (const actor of SAMPLE_ACTORS) await steps.actor(actor)
  for (const institution of SAMPLE_INTEGRATOR.delegatedBy) await steps.delegation(institution)
  for (const institution of SAMPLE_INSTITUTIONS) await steps.custody('institution', institution.id)
  for (const { id } of options.agreement.custody?.seats ?? []) await steps.custody('custodian', id)
  const engagement = await steps.engagement()
  if (options.seats === true) await steps.seats()
  return { keysDirectory: keys.directory, engagement, statements: steps.made }
}

class Steps {
  made = 0
  readonly #programme: Programme
  readonly #options: SampleOptions
  readonly #keys: SampleKeys

  constructor(programme: Programme, options: SampleOptions, keys: SampleKeys) {
    this.#programme = programme
    this.#options = options
    this.#keys = keys
  }

  async found(): Promise<void> {
    if (this.#programme.founded) return
    const { id, version, digest, parties } = this.#options.agreement
    await this.#submit(
      'programme.found',
      {
        agreement: { id, version, digest },
        sample: true,
        parties: parties.map((party) => ({ id: party.id, keys: this.#party(party.id).map(enrol) })),
      },
      parties.flatMap((party) => this.#party(party.id).slice(0, party.threshold)),
    )
  }

  async institution({ id, sector, name, fictional, admitted }: SampleInstitution): Promise<void> {
    const known = this.#programme.snapshot().institutions.get(id)
    const holder = { kind: 'institution', id } as const
    if (known === undefined) {
      const keys = [enrol(this.#keys.of(holder))]
      const payload = { id, sector, jurisdiction: 'JP', name, fictional, keys }
      await this.#submit('institution.register', payload, this.#authorities())
    }
    // Suspended by a statement is not undone by a restart.
    if (admitted && (known === undefined || known.standing === 'not_admitted')) {
      await this.#submit('institution.admit', { id, budget: null }, this.#authorities())
    }
  }

  async integrator(): Promise<void> {
    const { id, name } = SAMPLE_INTEGRATOR
    if (this.#programme.snapshot().integrators.has(id)) return
    const keys = [enrol(this.#keys.of({ kind: 'integrator', id }))]
    await this.#submit('integrator.admit', { id, name, keys }, this.#authorities())
  }

  async actor({ id, kind, employer, roles }: SampleActor): Promise<void> {
    if (this.#programme.snapshot().actors.has(id)) return
    const byIntegrator = employer === SAMPLE_INTEGRATOR.id
    const payload = {
      id,
      institution: employer,
      employer: byIntegrator ? ('integrator' as const) : ('employee' as const),
      nationality: 'party' as const,
      location: 'party' as const,
      keys: [enrol(this.#keys.fresh({ kind: 'actor', id }))],
    }
    const directory = [this.#keys.of({ kind: byIntegrator ? 'integrator' : 'institution', id: employer })]
    if (kind === 'service') await this.#submit('service.enrol', payload, directory)
    else await this.#submit('person.enrol', { ...payload, roles }, directory)
  }

  /** Seats, observers and an auditor; whoever sits already is left. */
  async seats(): Promise<void> {
    const { agreement } = this.#options
    for (const { actor, employer, body, seat, represents } of sampleSeats(agreement)) {
      await this.#enrolSeated(actor, employer, 'working_group_seat')
      if (seatKey(body, seat) in this.#programme.snapshot().governance.seats) continue
      const by = seat.includes('.provider.') ? 'provider' : 'jp'
      await this.#submit('seat.assign', { body, seat, actor, represents }, this.#thresholdOf(by))
    }
    for (const { actor, body, observer } of sampleObservers(agreement)) {
      await this.#enrolSeated(actor, 'jp', 'regulator')
      if (seatKey(body, observer) in this.#programme.snapshot().governance.observers) continue
      await this.#submit('observer.assign', { body, observer, actor }, this.#thresholdOf('jp'))
    }
    await this.#enrolSeated(SAMPLE_AUDITOR, 'jp', 'external_auditor')
  }

  async #enrolSeated(id: string, employer: string, role: Role): Promise<void> {
    if (this.#programme.snapshot().actors.has(id)) return
    const payload = {
      id,
      institution: employer,
      employer: 'employee' as const,
      nationality: 'party' as const,
      location: 'party' as const,
      keys: [enrol(this.#keys.fresh(actor(id)))],
      roles: [role],
    }
    const isParty = this.#options.agreement.parties.some((party) => party.id === employer)
    const directory = isParty
      ? this.#thresholdOf(employer)
      : [this.#keys.of({ kind: 'institution', id: employer })]
    await this.#submit('person.enrol', payload, directory)
  }

  #thresholdOf(id: string): readonly KeyPair[] {
    const threshold = this.#options.agreement.parties.find((party) => party.id === id)?.threshold ?? 1
    return this.#party(id).slice(0, threshold)
  }

  async delegation(institution: string): Promise<void> {
    const nowMs = this.#options.clock.nowMs()
    const { id: integrator } = SAMPLE_INTEGRATOR
    const standing = this.#programme
      .snapshot()
      .delegations.find((each) => each.institution === institution && each.integrator === integrator)
    if (standing !== undefined && (standing.revoked || standing.untilMs > nowMs)) return
    const actors = SAMPLE_ACTORS.filter((actor) => actor.employer === integrator).map((actor) => actor.id)
    const payload = { institution, integrator, actors, until_ms: nowMs + YEAR_MS }
    await this.#submit('delegation.grant', payload, [this.#keys.of({ kind: 'institution', id: institution })])
  }

  /** Keys that epochs are wrapped to. Their private halves lie in `sample-custody`: elsewhere in earnest. */
  async custody(kind: 'institution' | 'custodian', id: string): Promise<void> {
    const snapshot = this.#programme.snapshot()
    if (custodyOf(snapshot).keys.some((key) => key.kind === kind && key.id === id)) return
    const seat = snapshot.agreement.custody?.seats.find((each) => each.id === id)
    if (kind === 'custodian' && seat === undefined) return
    const { public: key } = this.#keys.custody({ kind, id })
    const terms = this.#options.agreement.parties.find((party) => party.id === seat?.party)
    const signers =
      terms === undefined
        ? [this.#keys.of({ kind: 'institution', id })]
        : this.#party(terms.id).slice(0, terms.threshold)
    await this.#submit('custody.key', { owner: { kind, id }, public: key }, signers)
  }

  /** The engagement, or its successor when its window has ended or people closed it. */
  async engagement(): Promise<string> {
    const nowMs = this.#options.clock.nowMs()
    for (let number = 1; ; number++) {
      const id = number === 1 ? SAMPLE_ENGAGEMENT.id : `${SAMPLE_ENGAGEMENT.id}-${number}`
      const known = this.#programme.snapshot().engagements.get(id)
      if (known === undefined) await this.#draft(id)
      else if (known.untilMs <= nowMs || known.state === 'closed') continue
      await this.#approve(id)
      return id
    }
  }

  async #draft(id: string): Promise<void> {
    const nowMs = this.#options.clock.nowMs()
    const { institution, purpose, author, members, capabilities, autonomy, assets, terms } = SAMPLE_ENGAGEMENT
    await this.#submit(
      'engagement.draft',
      {
        id,
        institution,
        purpose,
        assets: [...assets],
        capabilities: [...capabilities],
        members: [...members],
        autonomy,
        from_ms: nowMs - 60_000,
        until_ms: nowMs + YEAR_MS,
        terms: {
          authorisations: assets.map((each) => ({
            asset: each.id,
            owner: 'Hoshizora Bank',
            administrator: terms.administrator,
            document: sampleDigest(`authorisation ${each.id}`),
          })),
          techniques: { allowed: [...terms.techniques.allowed], forbidden: [...terms.techniques.forbidden] },
          exclusions: [],
          stop_contact: terms.stop_contact,
          legal: { basis: terms.basis, opinion: sampleDigest('opinion of counsel') },
        },
      },
      [this.#keys.of(actor(author))],
    )
  }

  async #approve(id: string): Promise<void> {
    for (const approver of SAMPLE_ENGAGEMENT.approvers) {
      const engagement = this.#programme.snapshot().engagements.get(id)
      if (engagement?.state !== 'draft' || engagement.approvedBy.includes(approver)) continue
      const payload = { id, draft: engagement.draft }
      await this.#submit('engagement.approve', payload, [this.#keys.of(actor(approver))])
    }
  }

  #party(id: string): readonly KeyPair[] {
    const terms = this.#options.agreement.parties.find((party) => party.id === id)
    return this.#keys.all({ kind: 'party', id }, terms?.keys ?? 1)
  }

  #authorities(): readonly KeyPair[] {
    return this.#options.agreement.parties
      .filter((party) => party.kind === 'authority')
      .flatMap((party) => this.#party(party.id).slice(0, party.threshold))
  }

  async #submit<T extends StatementType>(
    type: T,
    payload: Payload<T>,
    keys: readonly KeyPair[],
  ): Promise<void> {
    const { programme, clock } = this.#options
    const signed: SignedStatement = signStatement(
      { programme, type, issuedAtMs: clock.nowMs(), payload },
      keys,
    )
    await this.#programme.submit(signed)
    this.made += 1
  }
}

function actor(id: string): KeyHolder {
  return { kind: 'actor', id }
}

function enrol(key: KeyPair): { public: string; assurance: 'key' } {
  return { public: key.public, assurance: 'key' }
}

/** Stands for a document of the sample: nobody wrote it. */
function sampleDigest(name: string): string {
  return hash('sha256', `sekisho/sample/${name}`, 'hex')
}
