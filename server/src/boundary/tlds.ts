/**
 * Top-level domains that make a dotted word a domain name.
 *
 * A compact list, not the root zone: the common generic ones, every country code in use, reserved and internal
 * ones. A name under an unlisted top-level domain is still a target inside a URL. Spec: docs/spec/boundary.md §5.
 */

const GENERIC =
  'com net org edu gov mil int info biz name pro mobi asia jobs tel travel cat post xxx arpa app dev page web site online store shop tech cloud host hosting website space digital email network systems solutions services agency company group global world today news blog live life media studio design art photo video games game bank banking insurance finance financial fund money credit card loan capital holdings ventures partners consulting software codes engineering security science academy school university education health care hospital clinic dental legal law tax gmbh inc llc ltd club vip top xyz icu work works win bid click link download stream one zone city tokyo osaka nagoya yokohama kyoto okinawa ryukyu london paris berlin nyc amsterdam moscow'
const COUNTRY =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw'
const RESERVED = 'example test invalid localhost local internal intranet corp lan home private onion alt'

export const TLDS: ReadonlySet<string> = new Set(`${GENERIC} ${COUNTRY} ${RESERVED}`.split(' '))

/**
 * Top-level domains that are also file endings, members of objects or words of a sentence: a name of two labels
 * under one of these is a domain only where the words around say so.
 */
export const AMBIGUOUS_TLDS: ReadonlySet<string> = new Set(
  'ai app as at be by bz cc cd cf ci co cs do dev gz host id im in info inc int io is it la link live local ma md me mk ml mm mo mobi ms my na name ne net no one page pl pm pn post pr pro ps py rb re rs sh si site so space sql st store stream test to top ts tv us vi web win work ws zip zone company group email download cloud network systems services security art photo video games game card tax law name app'.split(
    ' ',
  ),
)
