-- The register, version 1. The documentation of the schema (docs/schema.md) is made from these comments.
--
-- Every table is append-only: a trigger refuses UPDATE, DELETE, an INSERT over an existing key, and an
-- INSERT into an operation that is closed (schema_0001_guards.sql). Every row names the operation that
-- wrote it. Dates are text, YYYY-MM-DD, and inclusive; instants are text, UTC, to the microsecond.

-- One write of the register: a link of the chain.
CREATE TABLE operation (
    number INTEGER PRIMARY KEY,         -- 1 is the operation of init; no gaps
    recorded_at TEXT NOT NULL,          -- when, strictly later than the operation before
    actor TEXT NOT NULL,                -- who: the account of the system, and the name given by --actor
    command TEXT NOT NULL,              -- what was asked for
    row_count INTEGER NOT NULL,         -- how many rows it wrote
    digest TEXT NOT NULL,               -- SHA-256 of those rows in the canonical encoding (docs/schema.md)
    previous_hash TEXT NOT NULL,        -- the hash of the operation before; 64 zeros for the first
    hash TEXT NOT NULL                  -- SHA-256 of all the columns above
) STRICT;

-- The movement that this register is about; one row.
CREATE TABLE movement (
    id INTEGER PRIMARY KEY CHECK (id = 1), -- always 1: one register holds one movement
    code TEXT NOT NULL,                 -- short identifier from the plan file
    title_vi TEXT NOT NULL,             -- name in Vietnamese
    title_en TEXT NOT NULL,             -- name in English
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- A phase of the movement.
CREATE TABLE phase (
    code TEXT NOT NULL PRIMARY KEY,     -- p1, p2
    position INTEGER NOT NULL,          -- order in time
    starts_on TEXT NOT NULL,            -- first day
    ends_on TEXT NOT NULL,              -- last day
    title_vi TEXT NOT NULL,             -- name in Vietnamese
    title_en TEXT NOT NULL,             -- name in English
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- A row of the plan: which action is asked in which phase, of whom (obligation_kind), until when.
CREATE TABLE obligation (
    code TEXT NOT NULL PRIMARY KEY,     -- p1-launch
    position INTEGER NOT NULL,          -- order in reports
    phase TEXT NOT NULL REFERENCES phase (code),
    action TEXT NOT NULL CHECK (action IN ('launch', 'registration', 'review')),
    due_on TEXT,                        -- last day in time; none: the phase's last day closes it
    roster_on TEXT,                     -- units that existed up to this day are bound; none: the as-of date
    newcomers INTEGER NOT NULL CHECK (newcomers IN (0, 1)), -- 0: only units of the launch's roster, and their successors
    title_vi TEXT NOT NULL,             -- name in Vietnamese
    title_en TEXT NOT NULL,             -- name in English
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- A kind of unit that an obligation binds.
CREATE TABLE obligation_kind (
    obligation TEXT NOT NULL REFERENCES obligation (code),
    kind TEXT NOT NULL,                 -- a unit kind, as in unit.kind
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (obligation, kind)
) STRICT;

-- An area of content that a registration may name.
CREATE TABLE content (
    number INTEGER PRIMARY KEY,         -- 1 to 5 in the plan of 2021
    title_vi TEXT NOT NULL,             -- name in Vietnamese
    title_en TEXT NOT NULL,             -- name in English
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- A unit, whatever its code and name on a day. It exists from its first live version until its live end.
CREATE TABLE unit (
    id INTEGER PRIMARY KEY,             -- surrogate: neither a code nor a name is an identity
    kind TEXT NOT NULL,                 -- city-committee, department, ...; never changes
    level TEXT NOT NULL CHECK (level IN ('city', 'district', 'commune')), -- never changes
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- What a unit was called from a day on; holds until the unit's next live version.
CREATE TABLE unit_version (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    code TEXT NOT NULL,                 -- official or own code on these days
    name TEXT NOT NULL,                 -- full name, with its level word
    parent INTEGER REFERENCES unit (id), -- the unit above, on these days
    abbreviation TEXT,                  -- short name
    sort_order INTEGER,                 -- protocol order within the level
    valid_from TEXT NOT NULL,           -- first day
    document_number TEXT,               -- the decision behind the change
    note TEXT,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- The end of a unit.
CREATE TABLE unit_end (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    ended_on TEXT NOT NULL,             -- the first day on which the unit no longer exists
    document_number TEXT,               -- the decision behind it
    note TEXT,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- What passed from one unit to another, on a day, by a decision.
CREATE TABLE succession (
    id INTEGER PRIMARY KEY,
    predecessor INTEGER REFERENCES unit (id), -- none: a unit outside the register, or a creation
    successor INTEGER REFERENCES unit (id), -- none: dissolved, or passed to a unit outside the register
    effective_on TEXT NOT NULL,         -- first day of the new state
    change TEXT NOT NULL CHECK (change IN ('keep', 'rename', 'merge', 'split', 'dissolve', 'create')),
    extent TEXT NOT NULL CHECK (extent IN ('whole', 'part')), -- how much of the predecessor passed
    document_number TEXT,               -- the decision
    old_code TEXT,                      -- the predecessor as the decision names it
    old_name TEXT,
    new_code TEXT,                      -- the successor as the decision names it
    new_name TEXT,
    note TEXT,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- What a unit did: a launch, a registration or a review. A fact stays with the unit that did it.
CREATE TABLE record (
    id INTEGER PRIMARY KEY,             -- one sequence with exemption.id: people say "record #12"
    unit INTEGER NOT NULL REFERENCES unit (id),
    phase TEXT NOT NULL REFERENCES phase (code),
    action TEXT NOT NULL CHECK (action IN ('launch', 'registration', 'review')),
    done_on TEXT NOT NULL,              -- when it happened
    document_number TEXT,               -- as typed
    document_issuer TEXT,
    document_date TEXT,
    received_on TEXT,                   -- when the paper arrived
    evidence TEXT,                      -- path or address of the document
    evidence_sha256 TEXT,               -- of the file at the time of recording; none for an address
    note TEXT,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- An area of content that a registration names.
CREATE TABLE record_content (
    record INTEGER NOT NULL REFERENCES record (id),
    content INTEGER NOT NULL REFERENCES content (number),
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (record, content)
) STRICT;

-- A unit excused from an obligation.
CREATE TABLE exemption (
    id INTEGER PRIMARY KEY,             -- one sequence with record.id
    unit INTEGER NOT NULL REFERENCES unit (id),
    obligation TEXT NOT NULL REFERENCES obligation (code),
    exempted_on TEXT NOT NULL,          -- counts from this day on
    reason TEXT NOT NULL,
    document_number TEXT,               -- as typed
    document_issuer TEXT,
    document_date TEXT,
    received_on TEXT,
    evidence TEXT,
    evidence_sha256 TEXT,
    note TEXT,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- A row that no longer counts. The row stays; what was known before the void stays known.
CREATE TABLE void (
    id INTEGER PRIMARY KEY,
    target TEXT NOT NULL CHECK (target IN ('unit_version', 'unit_end', 'succession', 'record', 'exemption')), -- table
    target_id INTEGER NOT NULL,         -- id in that table
    reason TEXT NOT NULL,
    replacement INTEGER,                -- the row of the same sort that takes its place; none for a plain void
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE INDEX unit_version_by_unit ON unit_version (unit, valid_from);
CREATE INDEX unit_version_by_code ON unit_version (code COLLATE NOCASE);
CREATE INDEX unit_end_by_unit ON unit_end (unit);
CREATE INDEX succession_by_predecessor ON succession (predecessor);
CREATE INDEX succession_by_successor ON succession (successor);
CREATE INDEX record_by_unit ON record (unit, phase, action);
CREATE INDEX exemption_by_unit ON exemption (unit, obligation);
CREATE INDEX void_by_target ON void (target, target_id);

-- An operation continues the chain or is refused.
CREATE TRIGGER operation_continues BEFORE INSERT ON operation
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM operation)
  OR NEW.previous_hash IS NOT coalesce((SELECT hash FROM operation ORDER BY number DESC LIMIT 1),
       '0000000000000000000000000000000000000000000000000000000000000000')
  OR NEW.recorded_at <= coalesce((SELECT max(recorded_at) FROM operation), '')
BEGIN
    SELECT RAISE(ABORT, 'thidua: an operation continues the chain');
END;

-- A unit has at most one live record for a phase and action.
CREATE TRIGGER record_one_live BEFORE INSERT ON record
WHEN EXISTS (
    SELECT 1 FROM record r
    WHERE r.unit = NEW.unit AND r.phase = NEW.phase AND r.action = NEW.action
      AND NOT EXISTS (SELECT 1 FROM void v WHERE v.target = 'record' AND v.target_id = r.id))
BEGIN
    SELECT RAISE(ABORT, 'thidua: the unit has a live record for this phase and action');
END;

-- A unit has at most one live exemption from an obligation.
CREATE TRIGGER exemption_one_live BEFORE INSERT ON exemption
WHEN EXISTS (
    SELECT 1 FROM exemption e
    WHERE e.unit = NEW.unit AND e.obligation = NEW.obligation
      AND NOT EXISTS (SELECT 1 FROM void v WHERE v.target = 'exemption' AND v.target_id = e.id))
BEGIN
    SELECT RAISE(ABORT, 'thidua: the unit has a live exemption from this obligation');
END;

-- Records and exemptions share one sequence of ids.
CREATE TRIGGER record_own_id BEFORE INSERT ON record
WHEN EXISTS (SELECT 1 FROM exemption WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'thidua: this id is an exemption');
END;
CREATE TRIGGER exemption_own_id BEFORE INSERT ON exemption
WHEN EXISTS (SELECT 1 FROM record WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'thidua: this id is a record');
END;

-- A row is voided once.
CREATE TRIGGER void_once BEFORE INSERT ON void
WHEN EXISTS (SELECT 1 FROM void WHERE target = NEW.target AND target_id = NEW.target_id)
BEGIN
    SELECT RAISE(ABORT, 'thidua: already voided');
END;
