/**
 * The sample room: the programme that founds `agreements/us-japan-2026` with keys of its own, to try things with.
 */
export { foundSample, type SampleOptions, type SampleProgramme } from './sample.ts'
export { openSampleKeys, type SampleKeys } from './sample-keys.ts'
export { SAMPLE_ACTORS, SAMPLE_ENGAGEMENT, SAMPLE_INSTITUTIONS, SAMPLE_INTEGRATOR } from './sample-roster.ts'
export { SAMPLE_AUDITOR, type SampleSeat, sampleSeats } from './sample-seats.ts'
