/**
 * The leakage corpus: values with valid check digits in many forms and surroundings, and look-alikes that are nobody's.
 *
 * Everything is made up from a seed, so the corpus is the same on every machine and holds no person's data:
 * `node bench/leakage/corpus.ts [SEED]` prints it as JSON lines `{id,text,label,value,lang,form}`.
 */
import {
  isCardNumber,
  isCorporateNumber,
  isDrivingLicence,
  isMyNumber,
} from '../../server/src/boundary/leakage/check-digits.ts'

export interface LeakageItem {
  readonly id: string
  readonly text: string
  /** Type of the value, or `none`. */
  readonly label: string
  readonly value: string | null
  readonly lang: 'ja' | 'en'
  /** How the value is written, or which look-alike it is. */
  readonly form: string
}

/** Mulberry32: small, seeded, the same everywhere. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

type Random = () => number
const DIGITS = '0123456789'
/** Opens a variable of a shell or a template, in texts about them. */
const DOLLAR = '$'
const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!
const chars = (random: Random, alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
const digits = (random: Random, length: number): string => chars(random, DIGITS, length)

/** Random digits that pass `valid`; about one try in ten does. */
function valid(random: Random, length: number, check: (digits: string) => boolean, head = ''): string {
  for (;;) {
    const value = head + digits(random, length - head.length)
    if (check(value)) return value
  }
}

const wide = (text: string): string =>
  text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))
const wideDigits = (text: string): string =>
  text.replace(/\d/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))
const kanji = (text: string): string =>
  text.replace(/\d/g, (char) => '〇一二三四五六七八九'[Number(char)]!).replace(/-/g, '−')
const groups = (text: string, mark: string, size = 4): string =>
  text.match(new RegExp(`.{1,${size}}`, 'g'))!.join(mark)

type Writing = readonly [form: string, write: (value: string) => string]
const TWELVE: readonly Writing[] = [
  ['plain', (v) => v],
  ['spaced', (v) => groups(v, ' ')],
  ['hyphens', (v) => groups(v, '-')],
  ['full-width', wideDigits],
  ['full-width hyphens', (v) => wideDigits(groups(v, '－'))],
  ['long-vowel dashes', (v) => wideDigits(groups(v, 'ー'))],
  ['zero-width', (v) => groups(v, '\u200b')],
]

/** Where a value may stand; `L` is its word. */
const FRAMES: readonly (readonly ['ja' | 'en', string, (word: string, value: string) => string])[] = [
  ['ja', 'label', (w, v) => `${w}: ${v}`],
  ['ja', 'label full-width', (w, v) => `${w}：${v}`],
  ['ja', 'sentence', (w, v) => `お客様の${w}は${v}です。ご確認ください。`],
  ['ja', 'brackets', (w, v) => `${w}（${v}）を確認してください`],
  ['ja', 'number mark', (w, v) => `【${w}】${v}`],
  ['ja', 'next line', (w, v) => `${w}\n${v}\n以上`],
  ['ja', 'log', (w, v) => `2026-11-22T10:03:00Z INFO 申請受理 ${w}=${v} 担当=審査係`],
  ['ja', 'csv', (w, v) => `番号,区分,${w},備考\n1,新規,${v},なし\n`],
  ['ja', 'table', (w, v) => `| 区分 | ${w} | 備考 |\n|---|---|---|\n| 新規 | ${v} | なし |`],
  ['ja', 'json', (w, v) => `{"kind":"new","${w}":"${v}","memo":""}`],
  ['ja', 'json in json', (w, v) => JSON.stringify({ body: JSON.stringify({ [w]: v, ok: true }) })],
  [
    'ja',
    'mail',
    (w, v) => `お世話になっております。\n${w}を送ります。\n\n・${w}：${v}\n\nよろしくお願いします。`,
  ],
]

interface Kind {
  readonly label: string
  readonly make: (random: Random) => string
  readonly words: Readonly<Record<'ja' | 'en', readonly string[]>>
  readonly forms: readonly Writing[]
}

const PLAIN: readonly Writing[] = [['plain', (v) => v]]
const KINDS: readonly Kind[] = [
  {
    label: 'my_number',
    make: (r) => valid(r, 12, isMyNumber),
    words: {
      ja: ['マイナンバー', '個人番号', '個人番号（マイナンバー）'],
      en: ['my number', 'my_number', 'Individual Number'],
    },
    forms: TWELVE,
  },
  {
    label: 'drivers_license',
    make: (r) => valid(r, 12, isDrivingLicence, pick(r, ['30', '62', '45', '12', '90'])),
    words: {
      ja: ['運転免許証番号', '免許証番号', '免許番号'],
      en: ["driver's license no", 'driver_license', 'driving licence number'],
    },
    forms: TWELVE,
  },
  {
    label: 'credit_card',
    make: (r) => valid(r, 16, isCardNumber, pick(r, ['4', '51', '35', '2221'])),
    words: {
      ja: ['カード番号', 'クレジットカード', 'クレカ番号'],
      en: ['card number', 'credit_card', 'PAN'],
    },
    forms: TWELVE,
  },
  {
    label: 'bank_account',
    make: (r) => digits(r, 7),
    words: { ja: ['口座番号', '普通口座', '普通預金'], en: ['account number', 'account_no', 'bank account'] },
    forms: [
      ['plain', (v) => v],
      ['full-width', wideDigits],
    ],
  },
  {
    label: 'passport_jp',
    make: (r) => `${pick(r, ['TR', 'TK', 'MU', 'NH'])}${digits(r, 7)}`,
    words: { ja: ['旅券番号', 'パスポート番号'], en: ['passport number', 'passport_no'] },
    forms: [
      ['plain', (v) => v],
      ['full-width', wide],
      ['spaced', (v) => `${v.slice(0, 2)} ${v.slice(2)}`],
    ],
  },
  {
    label: 'residence_card',
    make: (r) => `${chars(r, 'ABCDEFGHJK', 2)}${digits(r, 8)}${chars(r, 'ABCDEFGHJK', 2)}`,
    words: { ja: ['在留カード番号', '在留カード'], en: ['residence card', 'residence_card_no'] },
    forms: [
      ['plain', (v) => v],
      ['full-width', wide],
    ],
  },
  {
    label: 'phone_jp',
    make: (r) =>
      pick(r, [
        () => `0${pick(r, ['9', '8', '7'])}0-${1 + Math.floor(r() * 9)}${digits(r, 3)}-${digits(r, 4)}`,
        () => `03-${1 + Math.floor(r() * 9)}${digits(r, 3)}-${digits(r, 4)}`,
        () => `045-${1 + Math.floor(r() * 9)}${digits(r, 2)}-${digits(r, 4)}`,
      ])(),
    words: { ja: ['電話番号', '連絡先', '携帯', 'TEL'], en: ['phone', 'tel', 'mobile'] },
    forms: [
      ['hyphens', (v) => v],
      ['plain', (v) => v.replaceAll('-', '')],
      ['full-width', (v) => wideDigits(v.replaceAll('-', '－'))],
      ['minus signs', (v) => v.replaceAll('-', '−')],
      ['brackets', (v) => v.replace(/^(\d+)-/, '($1)')],
      ['full-width brackets', (v) => wideDigits(v.replace(/^(\d+)-/, '（$1）').replaceAll('-', '－'))],
      ['international', (v) => `+81-${v.slice(1)}`],
      ['international spaces', (v) => `+81 ${v.slice(1).replaceAll('-', ' ')}`],
      ['international plain', (v) => `+81${v.slice(1).replaceAll('-', '')}`],
      ['spaces', (v) => v.replaceAll('-', ' ')],
      ['kanji', (v) => kanji(v)],
    ],
  },
  {
    label: 'address_jp',
    make: (r) =>
      `${pick(r, [
        '東京都千代田区丸の内',
        '大阪府大阪市北区梅田',
        '神奈川県横浜市西区みなとみらい',
        '北海道札幌市中央区北一条西',
        '愛知県名古屋市中村区名駅',
        '福岡県福岡市博多区博多駅前',
        '京都府京都市下京区四条通',
        '千葉県浦安市舞浜',
      ])}${1 + Math.floor(r() * 8)}-${1 + Math.floor(r() * 30)}-${1 + Math.floor(r() * 90)}`,
    words: { ja: ['住所', 'ご住所', '所在地'], en: ['address', 'home_address'] },
    forms: [
      ['plain', (v) => v],
      ['full-width', (v) => wideDigits(v.replaceAll('-', '－'))],
      ['minus signs', (v) => v.replaceAll('-', '−')],
      ['chome', (v) => v.replace(/(\d+)-(\d+)-(\d+)$/, '$1丁目$2番$3号')],
      ['kanji', (v) => kanji(v.replace(/(\d)-(\d+)-(\d+)$/, (_, a, b, c) => `${a}丁目${b}番${c}号`))],
      ['postcode', (v) => `〒100-0005 ${v}`],
    ],
  },
  {
    label: 'email',
    make: (r) =>
      `${chars(r, 'abcdefghij', 6)}.${chars(r, 'klmnopqrst', 5)}@${pick(r, ['example.co.jp', 'mail.example.jp', 'example.com'])}`,
    words: { ja: ['メール', 'メールアドレス', '宛先'], en: ['email', 'mail', 'to'] },
    forms: [
      ['plain', (v) => v],
      ['full-width', wide],
      ['full-width at', (v) => v.replace('@', '＠')],
    ],
  },
  {
    label: 'name_jp',
    make: (r) =>
      pick(r, ['佐藤', '鈴木', '高橋', '田中', '渡辺', '山本']) +
      pick(r, ['', ' ', '　']) +
      pick(r, ['太郎', '花子', '健一', '美咲', '翔']),
    words: { ja: ['氏名', 'お名前', '口座名義人'], en: ['full_name', 'customer name'] },
    forms: PLAIN,
  },
  {
    label: 'generic_password',
    make: (r) =>
      chars(r, ALNUM, 4) +
      pick(r, ['!', '#', '_', '-', '9']) +
      chars(r, ALNUM, 7) +
      pick(r, DIGITS.split('')) +
      'aQ',
    words: {
      ja: ['パスワード', '管理者パスワード', '暗証コード'],
      en: ['password', 'DB_PASSWORD', 'client_secret', 'api_key'],
    },
    forms: PLAIN,
  },
]

const SECRETS: readonly (readonly [string, (random: Random) => string, readonly string[]])[] = [
  [
    'aws_key',
    (r) => `AKIA${chars(r, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
    ['aws_access_key_id = ', 'found ', '鍵は'],
  ],
  [
    'aws_key',
    (r) => chars(r, `${ALNUM}+/`, 40),
    ['aws_secret_access_key=', 'AWS_SECRET_ACCESS_KEY: ', '"SecretAccessKey": "'],
  ],
  [
    'github_pat',
    (r) => `${pick(r, ['ghp_', 'gho_', 'ghs_'])}${chars(r, ALNUM, 36)}`,
    ['export GITHUB_TOKEN=', 'git clone https://x:', 'トークンは'],
  ],
  ['github_pat', (r) => `github_pat_${chars(r, ALNUM, 22)}_${chars(r, ALNUM, 59)}`, ['token: ', 'GH_PAT=']],
  [
    'slack',
    (r) => `xoxb-${digits(r, 12)}-${digits(r, 12)}-${chars(r, ALNUM, 24)}`,
    ['slack_token: "', 'SLACK=', '通知用 '],
  ],
  [
    'anthropic_key',
    (r) => `sk-ant-api03-${chars(r, `${ALNUM}_-`, 93)}AA`,
    ['ANTHROPIC_API_KEY=', 'x-api-key: ', 'キー：'],
  ],
  ['openai_key', (r) => `sk-proj-${chars(r, `${ALNUM}_-`, 74)}`, ['OPENAI_API_KEY=', 'key ', '鍵 ']],
  [
    'jwt',
    (r) =>
      `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${Buffer.from(`{"sub":"${digits(r, 8)}","iat":17${digits(r, 8)}}`).toString('base64url')}.${chars(r, `${ALNUM}_-`, 43)}`,
    ['Authorization: Bearer ', 'token=', 'cookie: session='],
  ],
  [
    'private_key',
    (r) =>
      `-----BEGIN ${pick(r, ['RSA ', 'EC ', '', 'OPENSSH '])}PRIVATE KEY-----\n${groups(chars(r, `${ALNUM}+/`, 400), '\n', 64)}\n-----END PRIVATE KEY-----`,
    ['', 'key: |\n', '秘密鍵:\n'],
  ],
  [
    'db_conn',
    (r) =>
      `${pick(r, ['postgres', 'mysql', 'mongodb+srv', 'redis', 'amqps'])}://${pick(r, ['app', 'svc_core', 'batch'])}:${chars(r, ALNUM, 14)}@db${digits(r, 2)}.internal:5432/core`,
    ['DATABASE_URL=', 'url: "', '接続先 '],
  ],
]
/** How a secret's closing mark follows its opening. */
const closing = (open: string): string => (open.endsWith('"') ? '"' : '')

/** Encodings that hide a whole line; the value is then the run. */
const ENCODINGS: readonly (readonly [string, (line: string) => string])[] = [
  ['base64', (line) => Buffer.from(line).toString('base64')],
  ['percent', (line) => encodeURIComponent(line)],
  [
    'json escapes',
    (line) =>
      [...line]
        .map((char) =>
          char.charCodeAt(0) > 126
            ? char.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
            : char,
        )
        .join(''),
  ],
]

const EN_FRAMES: readonly (readonly [string, (word: string, value: string) => string])[] = [
  ['label', (w, v) => `${w}: ${v}`],
  ['assign', (w, v) => `${w}=${v}`],
  ['sentence', (w, v) => `The customer's ${w} is ${v}, please check.`],
  ['json', (w, v) => `{"kind":"new","${w}":"${v}"}`],
  ['json in json', (w, v) => JSON.stringify({ body: JSON.stringify({ [w]: v }) })],
  ['csv', (w, v) => `id,kind,${w},note\n17,new,${v},none\n`],
  ['log', (w, v) => `2026-11-22 10:03:00,120 WARN [batch-7] rejected ${w}=${v} reason=format`],
  ['yaml', (w, v) => `customer:\n  kind: new\n  ${w}: "${v}"\n`],
]

/** Look-alikes: everything here is nobody's. */
const NEGATIVES: readonly (readonly ['ja' | 'en', string, (random: Random) => string])[] = [
  [
    'ja',
    'order number with My Number check digit',
    (r) => `注文番号 ${valid(r, 12, isMyNumber)} の配送状況を確認`,
  ],
  ['ja', 'inquiry number', (r) => `お問い合わせ番号：${groups(valid(r, 12, isMyNumber), '-')} で荷物を追跡`],
  [
    'ja',
    'word about the system, then an order',
    (r) => `マイナンバー制度の資料請求、受付番号 ${valid(r, 12, isMyNumber)} です`,
  ],
  ['ja', 'wrong check digit', (r) => `マイナンバー: ${valid(r, 12, (d) => !isMyNumber(d))}`],
  ['ja', 'corporate number', (r) => `法人番号 ${valid(r, 13, isCorporateNumber)} は公開情報です`],
  ['ja', 'invoice registration', (r) => `登録番号 T${valid(r, 13, isCorporateNumber)}`],
  ['ja', 'transaction', (r) => `トランザクションID ${valid(r, 16, isCardNumber, '4')} が失敗しました`],
  ['ja', 'amount', (r) => `口座残高 ${digits(r, 7)} 円、前月比 ${digits(r, 2)}%`],
  ['ja', 'count', (r) => `普通は ${1 + Math.floor(r() * 9)}${digits(r, 6)} 件程度です`],
  ['ja', 'free line', (r) => `お問い合わせは0120-${digits(r, 3)}-${digits(r, 3)}へ`],
  ['ja', 'free line 0800', (r) => `フリーダイヤル 0800-${digits(r, 3)}-${digits(r, 4)}`],
  [
    'ja',
    'area without a block',
    (r) => `東京都千代田区で2026年${1 + Math.floor(r() * 12)}月${1 + Math.floor(r() * 28)}日に開催`,
  ],
  [
    'ja',
    'area and a date',
    (r) => `大阪府大阪市で2026-${10 + Math.floor(r() * 3)}-${10 + Math.floor(r() * 18)}に発生`,
  ],
  ['ja', 'population', (r) => `神奈川県横浜市の人口は${digits(r, 3)}万人です`],
  [
    'ja',
    'password rule',
    (r) => `パスワードは${8 + Math.floor(r() * 8)}文字以上、英数字を混在させてください`,
  ],
  [
    'ja',
    'name word',
    (r) =>
      pick(r, [
        '氏名: 不明',
        '氏名を入力してください',
        '担当: 情報システム部',
        '名前: サーバー一覧',
        'お名前は任意です',
      ]),
  ],
  ['ja', 'card word', (r) => `カード型のUIを${digits(r, 3)}件表示、port ${digits(r, 4)}`],
  ['ja', 'version', (r) => `版数 1.${digits(r, 2)}.${digits(r, 4)} ビルド ${digits(r, 8)}`],
  ['ja', 'case number', (r) => `案件番号 03-${digits(r, 4)}-${digits(r, 4)} を参照`],
  ['en', 'order number', (r) => `order ${valid(r, 12, isDrivingLicence)} shipped`],
  ['en', 'tracking', (r) => `{"tracking_id":"${valid(r, 12, isMyNumber)}","status":"ok"}`],
  ['en', 'epoch', (r) => `timestamp=17${digits(r, 11)} seq=${digits(r, 12)}`],
  ['en', 'uuid', (r) => `request ${groups(chars(r, '0123456789abcdef', 32), '-', 8)} done`],
  ['en', 'sha256', (r) => `sha256:${chars(r, '0123456789abcdef', 64)}`],
  ['en', 'commit', (r) => `commit ${chars(r, '0123456789abcdef', 40)}`],
  ['en', 'git remote', (r) => `git@github.com:acme/${chars(r, 'abcdef', 6)}.git`],
  ['en', 'package', (r) => `npm i react@18.${digits(r, 1)}.${digits(r, 1)} @types/node@24.${digits(r, 2)}.2`],
  ['en', 'image', (r) => `icon-${digits(r, 2)}@2x.png`],
  [
    'en',
    'fetched password',
    (r) =>
      pick(r, [
        'password = os.environ["DB_PASSWORD"]',
        `password: ${DOLLAR}{DB_PASSWORD}`,
        'const password = await vault.read(path)',
        'password = getpass.getpass()',
        'api_key = settings.API_KEY',
        'secret_key: { type: string, required: true }',
        'password=$(cat /run/secrets/db)',
        'PASSWORD=<your password>',
        `token: ${DOLLAR}{{ secrets.GITHUB_TOKEN }}`,
      ]),
  ],
  [
    'en',
    'placeholder url',
    (r) =>
      `postgres://${pick(r, ['user:password', 'user:pass', `app:${DOLLAR}{DB_PASS}`, 'root:changeme', 'app:<password>'])}@localhost:5432/app`,
  ],
  [
    'en',
    'documentation key',
    (r) =>
      pick(r, [
        'AKIAIOSFODNN7EXAMPLE',
        `ghp_${'x'.repeat(36)}`,
        'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
        'AKIA で始まる文字列を検知するルール',
      ]),
  ],
  [
    'en',
    'certificate',
    (r) =>
      `-----BEGIN CERTIFICATE-----\n${groups(chars(r, `${ALNUM}+/`, 200), '\n', 64)}\n-----END CERTIFICATE-----`,
  ],
  ['en', 'public key', (r) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${chars(r, `${ALNUM}+/`, 43)} build`],
  [
    'en',
    'base64 of prose',
    (r) => Buffer.from(`The quick brown fox ${digits(r, 4)} jumps over the lazy dog`).toString('base64'),
  ],
  [
    'en',
    'log',
    (r) =>
      `2026-11-22T10:0${digits(r, 1)}:00Z EventID=4624 LogonType=3 SrcPort=${digits(r, 5)} LogonId=0x${chars(r, '0123456789abcdef', 8)}`,
  ],
  [
    'en',
    'addresses of machines',
    (r) =>
      `203.0.113.${Math.floor(r() * 255)} -> 198.51.100.${Math.floor(r() * 255)}:${digits(r, 5)} len=${digits(r, 7)}`,
  ],
  [
    'en',
    'license text',
    (r) => `Licensed under the Apache License, Version 2.0; license key id ${digits(r, 12)}`,
  ],
  ['en', 'cve', (r) => `CVE-2026-${digits(r, 5)} affects build ${digits(r, 10)}`],
  ['en', 'float', (r) => `p50=0.${digits(r, 12)} p99=${digits(r, 1)}.${digits(r, 10)}`],
  ['en', 'isbn', (r) => `ISBN 978-4-${digits(r, 4)}-${digits(r, 4)}-${digits(r, 1)}`],
]

/** @param perForm items of every kind, form and frame drawn */
export function leakageCorpus(seed = 20261122, perForm = 6): LeakageItem[] {
  const random = createRandom(seed)
  const items: LeakageItem[] = []
  const add = (item: Omit<LeakageItem, 'id'>): void => void items.push({ id: `k${items.length}`, ...item })
  for (const kind of KINDS) {
    for (const [form, write] of kind.forms) {
      for (let n = 0; n < perForm; n++) {
        const value = write(kind.make(random))
        const [lang, frame, put] = pick(random, FRAMES)
        add({
          text: put(pick(random, kind.words.ja), value),
          label: kind.label,
          value,
          lang,
          form: `${form}, ${frame}`,
        })
        const latin = write(kind.make(random))
        const [name, say] = pick(random, EN_FRAMES)
        add({
          text: say(pick(random, kind.words.en), latin),
          label: kind.label,
          value: latin,
          lang: 'en',
          form: `${form}, ${name}`,
        })
      }
    }
  }
  for (const [label, make, opens] of SECRETS) {
    for (let n = 0; n < perForm * 2; n++) {
      const open = pick(random, opens)
      const value = make(random)
      add({
        text: `${open}${value}${closing(open)}`,
        label,
        value,
        lang: /[ぁ-鿿]/.test(open) ? 'ja' : 'en',
        form: 'plain',
      })
    }
  }
  for (const kind of KINDS.filter(({ label }) => label !== 'name_jp')) {
    for (const [name, encode] of ENCODINGS) {
      for (let n = 0; n < perForm; n++) {
        const line = `${pick(random, kind.words.ja)}: ${kind.make(random)}`
        add({ text: encode(line), label: kind.label, value: null, lang: 'ja', form: name })
      }
    }
  }
  for (const [lang, form, make] of NEGATIVES)
    for (let n = 0; n < perForm * 4; n++) add({ text: make(random), label: 'none', value: null, lang, form })
  return items
}

if (process.argv[1] === import.meta.filename) {
  for (const item of leakageCorpus(Number(process.argv[2] ?? 20261122)))
    process.stdout.write(`${JSON.stringify(item)}\n`)
}
