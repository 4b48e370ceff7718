#!/usr/bin/env python3
"""A second verifier, in another language, written from docs/spec/{ledger,record,receipt,witness}.md alone.

Standard library only: Ed25519 is written out below (RFC 8032). It exists so that the pages can be wrong in public: a test
runs it over the golden ledger and over damaged copies, and it must say what `sekisho-verify` says.
ML-DSA-44 cosignatures are `unchecked` here and never count. Not done here: the signatures inside statements (ledger.md §8,
second half of step 7), and older partial files.

  verify.py ledger DIR VKEY [SAVED_CHECKPOINT...]
  verify.py receipt FILE VKEY
  verify.py witnessed FILE POLICY        FILE is a checkpoint or a receipt

Prints one JSON object; exit status 0 good, 1 verification failed, 2 wrong usage.
"""
import base64
import hashlib
import json
import os
import re
import sys


class Bad(Exception):
    def __init__(self, code, place=""):
        super().__init__(code)
        self.code, self.place = code, place


def sha256(data):
    return hashlib.sha256(data).digest()


# --- Ed25519, RFC 8032 §5.1; ledger.md §3 -----------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def decode_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if x * x % P != xx:
        x = x * ROOT % P
    if x * x % P != xx or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def mul(n, p):
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = add(q, p)
        p, n = add(p, p), n >> 1
    return q


def encode_point(p):
    z = pow(p[2], P - 2, P)
    x, y = p[0] * z % P, p[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_small(p):
    return encode_point(mul(8, p)) == (1).to_bytes(32, "little")


def ed25519_ok(key, message, signature):
    a, r = decode_point(key), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L or is_small(a) or is_small(r):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus_a = (P - a[0], a[1], 1, P - a[3])
    return encode_point(add(mul(s, BASE), mul(k, minus_a))) == signature[:32]


# --- Text: base64, canonical JSON (record.md §2) ----------------------------------------------------------------------


def unbase64(text, place=""):
    try:
        data = base64.b64decode(text, validate=True)
    except Exception:
        raise Bad("base64_malformed", place)
    if base64.b64encode(data).decode() != text:
        raise Bad("base64_malformed", place)
    return data


def canonical(value):
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        if abs(value) > 2**53 - 1:
            raise Bad("json_number")
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(quoted(name) + ":" + canonical(value[name]) for name in names) + "}"
    raise Bad("json_number")


def quoted(text):
    text.encode("utf-8")
    return json.dumps(text, ensure_ascii=False)


def parse_canonical(text):
    try:
        value = json.loads(text)
    except ValueError:
        raise Bad("json_syntax")
    if canonical(value) != text:
        raise Bad("json_not_canonical")
    return value


# --- Notes, keys, checkpoints (ledger.md §3–4, witness.md §1) -----------------------------------------------------------

SIZES = {1: 32, 4: 32, 6: 1312}


def parse_vkey(text, types):
    match = re.fullmatch(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", text)
    if not match:
        raise Bad("vkey_malformed")
    name, key_id, material = match[1], match[2], unbase64(match[3])
    if material[0] not in types or len(material) != 1 + SIZES[material[0]]:
        raise Bad("vkey_algorithm")
    if sha256(name.encode() + b"\n" + material)[:4].hex() != key_id:
        raise Bad("vkey_key_id")
    return {"name": name, "id": key_id, "type": material[0], "key": material[1:]}


def parse_note(data):
    text = data.decode("utf-8")
    if re.search(r"[\x00-\x09\x0b-\x1f]", text):
        raise Bad("note_control_character")
    split = text.rfind("\n\n")
    if split < 0 or not text.endswith("\n") or split + 2 >= len(text):
        raise Bad("note_no_signatures")
    lines = []
    for line in text[split + 2 : -1].split("\n"):
        match = re.fullmatch("\u2014 ([^+\\s]+) ([A-Za-z0-9+/=]+)", line)
        if not match:
            raise Bad("note_signature_line")
        data = unbase64(match[2])
        if len(data) < 5:
            raise Bad("note_signature_line")
        lines.append((match[1], data[:4].hex(), data[4:]))
    return text[: split + 1], lines


def parse_checkpoint(text):
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not lines[0] or "" in lines[3:]:
        raise Bad("checkpoint_malformed")
    if not re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]) or int(lines[1]) > 2**48:
        raise Bad("checkpoint_size")
    try:
        root = unbase64(lines[2])
    except Bad:
        raise Bad("checkpoint_root")
    if len(root) != 32:
        raise Bad("checkpoint_root")
    return {"origin": lines[0], "size": int(lines[1]), "root": root}


def verify_checkpoint(data, keys):
    text, lines = parse_note(data)
    # The signature first: what nobody signed is not read any further.
    signed = False
    for key in keys:
        for name, key_id, signature in lines:
            if (name, key_id) == (key["name"], key["id"]):
                if not ed25519_ok(key["key"], text.encode(), signature):
                    raise Bad("note_signature_invalid", name)
                signed = signed or key["name"] == text.split("\n", 1)[0]
                break
    if not signed:
        raise Bad("note_key_absent")
    return parse_checkpoint(text), text, lines


# --- The tree (ledger.md §2, §5) ------------------------------------------------------------------------------------------


def leaf_hash(leaf):
    return sha256(b"\x00" + leaf)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def tree_root(hashes):
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return node_hash(tree_root(hashes[:half]), tree_root(hashes[half:]))


def inclusion_root(proof, leaf, index, size):
    """RFC 9162 §2.1.3.2."""
    if index >= size:
        raise Bad("proof_index_range")
    position, last, got = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise Bad("proof_length")
        if position & 1 or position == last:
            got = node_hash(sibling, got)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            got = node_hash(got, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise Bad("proof_length")
    return got


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def tile_path(level, index, width):
    groups = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        groups.insert(0, "x%03d" % (index % 1000))
    return "tile/%s/%s%s" % (level, "/".join(groups), "" if width == 256 else ".p/%d" % width)


def read_tile(root, level, index, width, code):
    """The partial file, or the full one, which then is cut."""
    for tried in dict.fromkeys((width, 256)):
        place = tile_path(level, index, tried)
        data = read(os.path.join(root, place))
        if data is not None:
            return data, tried, place
    raise Bad(code, tile_path(level, index, width))


def read_bundle(root, index, width):
    data, count, place = read_tile(root, "entries", index, width, "bundle_missing")
    entries, at = [], 0
    for _ in range(count):
        length = int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or at + 2 + length > len(data):
            raise Bad("bundle_truncated", place)
        entries.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    if at != len(data):
        raise Bad("bundle_trailing", place)
    return entries[:width], place


def compare_tile(root, level, index, made):
    data, count, place = read_tile(root, level, index, len(made), "tile_missing")
    if len(data) != 32 * count:
        raise Bad("tile_length", place)
    for i, own in enumerate(made):
        if data[32 * i : 32 * i + 32] != own:
            raise Bad("tile_or_entry", place)


# --- Records (record.md §3–5) ----------------------------------------------------------------------------------------------

SLOTS = "kind time institution actor session agreement model engagement decision facts reading targets request response refers labels".split()


def commit(name, salt, value):
    return sha256(b"sekisho/field/v1\0" + name.encode() + b"\0" + salt + canonical(value).encode())


def record_root(commitments):
    return sha256(b"sekisho/record/v1\0" + b"".join(commitments[name] for name in SLOTS))


def parse_leaf(leaf, place):
    if len(leaf) != 72:
        raise Bad("leaf_length", place)
    if leaf[:8] not in (b"sekisho1", b"sekisho2"):
        raise Bad("leaf_magic", place)
    return leaf[8:40], leaf[40:72]


def is_statement(leaf):
    return leaf[:8] == b"sekisho2"


def parse_entry(blob, place):
    entry = parse_canonical(blob.decode())
    if entry.get("type") != "sekisho/statement-entry/v1" or sorted(entry) != ["fields", "salts", "statement", "type"]:
        raise Bad("statement_malformed", place)
    for member in ("fields", "salts"):
        if set(entry[member]) - set(SLOTS):
            raise Bad("record_field_unknown", place)
        if set(SLOTS) - set(entry[member]):
            raise Bad("record_field_missing", place)
    if any(len(unbase64(salt)) != 16 for salt in entry["salts"].values()):
        raise Bad("record_field_malformed", place)
    refers = entry["fields"]["refers"]
    if entry["fields"]["kind"] != "statement" or not (refers is None or isinstance(refers, int) and refers >= 0):
        raise Bad("statement_malformed", place)
    return entry


def check_statement(blob, leaf, place):
    root, blob_hash = parse_leaf(leaf, place)
    if sha256(blob) != blob_hash:
        raise Bad("record_blob_mismatch", place)
    entry = parse_entry(blob, place)
    made = {name: commit(name, unbase64(entry["salts"][name]), entry["fields"][name]) for name in SLOTS}
    if record_root(made) != root:
        raise Bad("record_root_mismatch", place)
    if not is_statement(leaf):
        raise Bad("leaf_class", place)
    return entry


# --- Commands ------------------------------------------------------------------------------------------------------------------


def verify_ledger(root, vkey, saved):
    key = parse_vkey(vkey, [1])
    note = read(os.path.join(root, "checkpoint"))
    if note is None:
        raise Bad("checkpoint_missing")
    checkpoint, _, _ = verify_checkpoint(note, [key])
    size = checkpoint["size"]
    kept = [verify_checkpoint(read(file), [key])[0] for file in saved]
    if any(old["size"] > size for old in kept):
        raise Bad("checkpoint_saved_ahead")
    blobs = walk_statements(root, size)
    hashes = []
    for index in range((size + 255) // 256):
        entries, place = read_bundle(root, index, min(256, size - 256 * index))
        for entry in entries:
            parse_leaf(entry, place)
            hashes.append(leaf_hash(entry))
        compare_tile(root, 0, index, hashes[256 * index :])
        for i in range(256 * index, len(hashes)):
            if is_statement(entries[i - 256 * index]) and i not in blobs:
                raise Bad(off_chain(i, blobs), "entry %d" % i)
            if i in blobs:
                check_statement(blobs[i], entries[i - 256 * index], "statements/%d" % i)
    row, level = hashes, 0
    while row:
        for index in range((len(row) + 255) // 256):
            compare_tile(root, level, index, row[256 * index : 256 * index + 256])
        row = [tree_root(row[256 * i : 256 * i + 256]) for i in range(len(row) // 256)]
        level += 1
    for old in kept:
        if tree_root(hashes[: old["size"]]) != old["root"]:
            raise Bad("checkpoint_fork")
    if tree_root(hashes) != checkpoint["root"]:
        raise Bad("root_mismatch")
    return {"origin": checkpoint["origin"], "size": size, "statements": len(blobs)}


def off_chain(index, chain):
    """The code for an entry that is a statement by its leaf and not on the chain."""
    if not chain:
        return "statement_head_missing"
    return "statement_missing" if index < max(chain) else "statement_head_behind"


def walk_statements(root, size):
    head = read(os.path.join(root, "statements/head"))
    if head is None:
        if size:
            raise Bad("statement_head_missing")
        return {}
    if not re.fullmatch(rb"(0|[1-9][0-9]{0,15})\n", head):
        raise Bad("statement_malformed", "statements/head")
    at, blobs = int(head), {}
    while at is not None:
        blob = read(os.path.join(root, "statements/%d" % at))
        if blob is None:
            raise Bad("statement_missing", "statements/%d" % at)
        before = parse_entry(blob, "statements/%d" % at)["fields"]["refers"]
        if before is not None and before >= at:
            raise Bad("statement_chain", "statements/%d" % at)
        if at < size:
            blobs[at] = blob
        at = before
    return blobs


def parse_proof(data):
    text = data.decode("utf-8")
    split = text.find("\n\n")
    if split < 0:
        raise Bad("receipt_malformed")
    header, *lines = text[:split].split("\n")
    if header != "c2sp.org/tlog-proof@v1":
        raise Bad("receipt_version")
    if not lines or not lines[0].startswith("extra "):
        raise Bad("receipt_extra")
    extra = parse_canonical(unbase64(lines[0][6:]).decode())
    match = re.fullmatch("index (0|[1-9][0-9]{0,15})", lines[1] if len(lines) > 1 else "")
    if not match:
        raise Bad("receipt_index")
    hashes = [unbase64(line) for line in lines[2:]]
    if any(len(each) != 32 for each in hashes):
        raise Bad("receipt_hash_line")
    return extra, int(match[1]), hashes, text[split + 2 :].encode()


def check_receipt(data, checkpoint_of):
    extra, index, proof, note = parse_proof(data)
    checkpoint = checkpoint_of(note)
    if extra.get("type") != "sekisho/receipt/v1" or not set(extra) <= {"type", "leaf", "slots", "blob"} or "slots" not in extra:
        raise Bad("receipt_extra")
    leaf = unbase64(extra["leaf"])
    if inclusion_root(proof, leaf_hash(leaf), index, checkpoint["size"]) != checkpoint["root"]:
        raise Bad("proof_root_mismatch")
    root, blob_hash = parse_leaf(leaf, "entry %d" % index)
    shown = {}
    if extra["slots"] is not None:
        if sorted(extra["slots"]) != sorted(SLOTS):
            raise Bad("record_field_unknown")
        made = {}
        for name, slot in extra["slots"].items():
            if sorted(slot) == ["salt", "value"]:
                made[name] = commit(name, unbase64(slot["salt"]), slot["value"])
                shown[name] = slot["value"]
            elif sorted(slot) == ["commitment"]:
                made[name] = unbase64(slot["commitment"])
            else:
                raise Bad("record_field_malformed", name)
        if record_root(made) != root:
            raise Bad("record_root_mismatch")
        if "kind" in shown and (shown["kind"] == "statement") != is_statement(leaf):
            raise Bad("leaf_class")
    if "blob" in extra:
        blob = unbase64(extra["blob"])
        if sha256(blob) != blob_hash:
            raise Bad("record_blob_mismatch")
        if blob[:1] == b"{":
            check_statement(blob, leaf, "entry %d" % index)
    return {"index": index, "size": checkpoint["size"], "disclosed": sorted(shown), "kind": shown.get("kind")}


# --- Policies and cosignatures (witness.md §2–3) -----------------------------------------------------------------------------------


def parse_policy(data):
    if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data):
        raise Bad("policy_character")
    logs, witnesses, groups, used, quorum = [], {}, {}, set(), None
    for number, line in enumerate(data.decode("latin-1").split("\n"), 1):
        word, *rest = [item for item in re.split("[ \t]+", line) if item] or ["#"]
        place = "line %d" % number
        if word.startswith("#"):
            continue
        if word == "log" and 1 <= len(rest) <= 2:
            logs.append(policy_key(rest[0], [1, 6], [*logs, *witnesses.values()], place))
        elif word == "witness" and 2 <= len(rest) <= 3:
            if rest[0] == "none" or rest[0] in witnesses or rest[0] in groups:
                raise Bad("policy_name", place)
            witnesses[rest[0]] = policy_key(rest[1], [4, 6], [*logs, *witnesses.values()], place)
        elif word == "group" and len(rest) >= 3:
            name, rule, *members = rest
            if name == "none" or name in witnesses or name in groups:
                raise Bad("policy_name", place)
            k = {"all": len(members), "any": 1}.get(rule, int(rule) if re.fullmatch("[1-9][0-9]{0,5}", rule) else 0)
            if not 1 <= k <= len(members):
                raise Bad("policy_threshold", place)
            for member in members:
                if member not in witnesses and member not in groups:
                    raise Bad("policy_name_unknown", place)
                if member in used:
                    raise Bad("policy_member_repeated", place)
                used.add(member)
            groups[name] = (k, members)
        elif word == "quorum" and len(rest) == 1:
            if quorum is not None:
                raise Bad("policy_quorum_repeated", place)
            if rest[0] != "none" and rest[0] not in witnesses and rest[0] not in groups:
                raise Bad("policy_name_unknown", place)
            quorum = rest[0]
        else:
            raise Bad("policy_line", place)
    if quorum is None:
        raise Bad("policy_quorum_missing")
    return logs, witnesses, groups, quorum


def policy_key(text, types, others, place):
    try:
        key = parse_vkey(text.encode("latin-1").decode("utf-8"), types)
    except (Bad, UnicodeDecodeError):
        raise Bad("policy_key", place)
    if any(other["key"] == key["key"] for other in others):
        raise Bad("policy_key_repeated", place)
    return key


def verify_witnessed(note, policy):
    logs, witnesses, groups, quorum = policy
    checkpoint, text, lines = verify_checkpoint(note, [key for key in logs if key["type"] == 1])
    states = {}
    for name, key in witnesses.items():
        states[name] = "absent"
        for line_name, key_id, signature in lines:
            if (line_name, key_id) != (key["name"], key["id"]):
                continue
            if len(signature) != 8 + {4: 64, 6: 2420}[key["type"]]:
                raise Bad("cosignature_malformed", name)
            time = int.from_bytes(signature[:8], "big")
            if time > 2**63 - 1:
                raise Bad("cosignature_timestamp", name)
            message = b"cosignature/v1\ntime %d\n" % time + text.encode()
            if key["type"] == 6:
                states[name] = "unchecked"
            elif ed25519_ok(key["key"], message, signature[8:]):
                states[name] = "untimed" if time == 0 else "good"
            else:
                raise Bad("cosignature_invalid", name)
            break

    def holds(name):
        if name in groups:
            return sum(map(holds, groups[name][1])) >= groups[name][0]
        return states[name] == "good"

    if quorum != "none" and not holds(quorum):
        raise Bad("quorum_not_reached")
    return checkpoint, states


def main(words):
    if len(words) >= 3 and words[0] == "ledger":
        return verify_ledger(words[1], words[2], words[3:])
    if len(words) == 3 and words[0] == "receipt":
        key = parse_vkey(words[2], [1])
        return check_receipt(read(words[1]), lambda note: verify_checkpoint(note, [key])[0])
    if len(words) == 3 and words[0] == "witnessed":
        data, policy, states = read(words[1]), parse_policy(read(words[2])), {}

        def checkpoint_of(note):
            checkpoint, found = verify_witnessed(note, policy)
            states.update(found)
            return checkpoint

        if data.startswith(b"c2sp.org/tlog-proof"):
            return {**check_receipt(data, checkpoint_of), "witnesses": states}
        return {"size": checkpoint_of(data)["size"], "witnesses": states}
    print(__doc__, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    try:
        print(json.dumps({"ok": True, **main(sys.argv[1:])}))
    except (Bad, UnicodeDecodeError) as bad:
        code = bad.code if isinstance(bad, Bad) else "utf8_malformed"
        print(json.dumps({"ok": False, "code": code, "place": getattr(bad, "place", "")}))
        sys.exit(1)
