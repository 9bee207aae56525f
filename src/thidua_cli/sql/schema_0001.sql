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
    document_number TEXT,               -- of the plan itself, as reports and letters cite it
    document_issuer TEXT,
    document_date TEXT,
    document_title TEXT,                -- what the plan is about, as in "Kế hoạch phát động phong trào ..."
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- A decision that amends the plan. What `init` loads was decided before every day and has no row here.
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    decided_on TEXT NOT NULL,           -- the amendment holds from this day on
    document_number TEXT NOT NULL,      -- as typed
    document_issuer TEXT,
    note TEXT,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- One field that a decision names. A field of the plan has the value of the last decision that names it.
CREATE TABLE plan_field (
    id INTEGER PRIMARY KEY,
    decision INTEGER NOT NULL REFERENCES decision (id),
    part TEXT NOT NULL CHECK (part IN ('movement', 'phase', 'obligation', 'action', 'content')), -- table
    code TEXT NOT NULL,                 -- its key in that table
    field TEXT NOT NULL,                -- a column of that table; withdrawn; kind:K (1: bound, 0: not); choice:FIELD:VALUE
    value TEXT,                         -- none: taken away
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
    decision INTEGER REFERENCES decision (id), -- the amendment that brought it; none: the plan of init
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- What a plan asks of units: launch, registration, review, or what else it names.
CREATE TABLE action (
    code TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,          -- order in reports
    title_vi TEXT NOT NULL,             -- in a sentence: "phát động"
    title_en TEXT NOT NULL,
    plural TEXT,                        -- the kind of import, as in "launches"; none: the code
    done_vi TEXT NOT NULL,              -- "đã phát động"
    done_en TEXT NOT NULL,
    paper_vi TEXT NOT NULL,             -- what a unit sends: "kế hoạch phát động"
    paper_en TEXT NOT NULL,
    contents INTEGER NOT NULL CHECK (contents IN (0, 1)), -- 1: its records name areas of content
    decision INTEGER REFERENCES decision (id), -- the amendment that brought it; none: the plan of init
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- A result that the records of an action may hold, such as a grade.
CREATE TABLE action_field (
    action TEXT NOT NULL REFERENCES action (code),
    code TEXT NOT NULL,
    position INTEGER NOT NULL,          -- order in lists
    type TEXT NOT NULL CHECK (type IN ('choice', 'number', 'text')),
    title_vi TEXT NOT NULL,
    title_en TEXT NOT NULL,
    choices TEXT,                       -- of a choice: its values, a JSON array
    minimum REAL,                       -- of a number; none: no bound
    maximum REAL,
    decision INTEGER REFERENCES decision (id),
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (action, code)
) STRICT;

-- A row of the plan: which action is asked in which phase, of whom (obligation_kind), until when.
CREATE TABLE obligation (
    code TEXT NOT NULL PRIMARY KEY,     -- p1-launch
    position INTEGER NOT NULL,          -- order in reports
    phase TEXT NOT NULL REFERENCES phase (code),
    action TEXT NOT NULL REFERENCES action (code),
    occasion TEXT NOT NULL,             -- tells obligations of one phase and action apart; empty where there is one
    opens_on TEXT,                      -- first day of the occasion's window; none: the day after the window before
    due_on TEXT,                        -- last day in time; none: the phase's last day closes it
    roster_on TEXT,                     -- units that existed up to this day are bound; none: the as-of date
    newcomers INTEGER NOT NULL CHECK (newcomers IN (0, 1)), -- 0: only units of another roster, and their successors
    newcomers_of TEXT,                  -- the obligation of that roster; none: the launch of the phase
    title_vi TEXT NOT NULL,             -- name in Vietnamese
    title_en TEXT NOT NULL,             -- name in English
    decision INTEGER REFERENCES decision (id), -- the amendment that brought it; none: the plan of init
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- A kind of unit that an obligation binds.
CREATE TABLE obligation_kind (
    obligation TEXT NOT NULL REFERENCES obligation (code),
    kind TEXT NOT NULL,                 -- a unit kind, as in unit.kind
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (obligation, kind)
) STRICT;

-- An area of content that a record may name.
CREATE TABLE content (
    number INTEGER PRIMARY KEY,         -- 1 to 5 in the plan of 2021
    title_vi TEXT NOT NULL,             -- name in Vietnamese
    title_en TEXT NOT NULL,             -- name in English
    decision INTEGER REFERENCES decision (id), -- the amendment that brought it; none: the plan of init
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
    bloc TEXT,                          -- the group of units that compete with each other (khối, cụm thi đua)
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
    last_on TEXT NOT NULL CHECK (last_on = date(ended_on, '-1 day')), -- its last day
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

-- What a unit did: a launch, a registration, a review. A fact stays with the unit that did it.
CREATE TABLE record (
    id INTEGER PRIMARY KEY,             -- one sequence with the other tables of papers: people say "record #12"
    unit INTEGER NOT NULL REFERENCES unit (id),
    phase TEXT NOT NULL REFERENCES phase (code),
    action TEXT NOT NULL REFERENCES action (code),
    occasion TEXT NOT NULL,             -- as in obligation.occasion
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
) STRICT, WITHOUT ROWID;

-- What a record says of a result, such as a grade.
CREATE TABLE record_field (
    record INTEGER NOT NULL REFERENCES record (id),
    field TEXT NOT NULL,                -- action_field.code
    value TEXT NOT NULL,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (record, field)
) STRICT;

-- A unit excused from an obligation.
CREATE TABLE exemption (
    id INTEGER PRIMARY KEY,             -- one sequence with record.id
    unit INTEGER NOT NULL REFERENCES unit (id),
    obligation TEXT NOT NULL REFERENCES obligation (code),
    exempted_on TEXT NOT NULL,          -- counts from this day on
    until_on TEXT,                      -- its last day; none: open
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

-- A later last day, for one unit and obligation. Of several the one granted last holds.
CREATE TABLE extension (
    id INTEGER PRIMARY KEY,             -- one sequence with record.id
    unit INTEGER NOT NULL REFERENCES unit (id),
    obligation TEXT NOT NULL REFERENCES obligation (code),
    granted_on TEXT NOT NULL,           -- counts from this day on
    until_on TEXT NOT NULL,             -- the unit's own last day in time
    document_number TEXT,               -- as typed
    document_issuer TEXT,
    document_date TEXT,
    received_on TEXT,
    evidence TEXT,
    evidence_sha256 TEXT,
    note TEXT,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- The end of an exemption from a day on; before that day it stays true.
CREATE TABLE withdrawal (
    id INTEGER PRIMARY KEY,             -- one sequence with record.id
    exemption INTEGER NOT NULL REFERENCES exemption (id),
    withdrawn_on TEXT NOT NULL,         -- the first day without the exemption
    last_on TEXT NOT NULL CHECK (last_on = date(withdrawn_on, '-1 day')), -- its last day
    document_number TEXT,               -- as typed
    document_issuer TEXT,
    document_date TEXT,
    received_on TEXT,
    evidence TEXT,
    evidence_sha256 TEXT,
    note TEXT,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- A second letter: it adds contents and papers to a record from its own day on; the state rests on the record.
CREATE TABLE supplement (
    id INTEGER PRIMARY KEY,             -- one sequence with record.id
    record INTEGER NOT NULL REFERENCES record (id),
    supplemented_on TEXT NOT NULL,      -- counts from this day on
    document_number TEXT,               -- as typed
    document_issuer TEXT,
    document_date TEXT,
    received_on TEXT,
    evidence TEXT,
    evidence_sha256 TEXT,
    note TEXT,
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- An area of content that a supplement adds.
CREATE TABLE supplement_content (
    supplement INTEGER NOT NULL REFERENCES supplement (id),
    content INTEGER NOT NULL REFERENCES content (number),
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (supplement, content)
) STRICT;

-- A name by which a sender calls a unit, or its official identifier. A code or a full name is stronger.
CREATE TABLE unit_alias (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    alias TEXT NOT NULL,                -- as typed
    valid_from TEXT NOT NULL,           -- first day; as long as the unit exists
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- A row that no longer counts. The row stays; what was known before the void stays known.
CREATE TABLE void (
    id INTEGER PRIMARY KEY,
    target TEXT NOT NULL CHECK (target IN ('unit_version', 'unit_end', 'succession', 'record', 'exemption', 'extension',
        'withdrawal', 'supplement', 'decision', 'unit_alias')), -- table
    target_id INTEGER NOT NULL,         -- id in that table
    reason TEXT NOT NULL,
    replacement INTEGER,                -- the row of the same sort that takes its place; none for a plain void
    operation INTEGER NOT NULL REFERENCES operation (number) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- By what units are looked up: the normalised forms of the name and abbreviation of a version, an index that SQL cannot
-- make. It follows from unit_version, so it is not part of any operation.
CREATE TABLE unit_name (
    key TEXT NOT NULL,                  -- without case, `UBND`, abbreviated level words and old tone placement
    version INTEGER NOT NULL,           -- unit_version.id
    PRIMARY KEY (key, version)
) STRICT, WITHOUT ROWID;

-- An index that holds all columns of a question spares the table; every index holds the id.
CREATE INDEX unit_version_by_unit ON unit_version (unit, valid_from, operation, parent);
CREATE INDEX unit_version_by_code ON unit_version (code COLLATE NOCASE);
CREATE INDEX unit_version_by_parent ON unit_version (parent) WHERE parent IS NOT NULL;
CREATE INDEX unit_alias_by_unit ON unit_alias (unit);
CREATE INDEX unit_end_by_unit ON unit_end (unit, last_on, operation, ended_on);
CREATE INDEX succession_by_predecessor ON succession (predecessor);
CREATE INDEX succession_by_successor ON succession (successor);
CREATE INDEX record_by_unit ON record (unit, phase, action, occasion, done_on, operation, received_on);
CREATE INDEX exemption_by_unit ON exemption (unit, obligation);
CREATE INDEX extension_by_unit ON extension (unit, obligation);
CREATE INDEX withdrawal_by_exemption ON withdrawal (exemption);
CREATE INDEX supplement_by_record ON supplement (record);
CREATE INDEX plan_field_by_decision ON plan_field (decision);
CREATE INDEX void_by_target ON void (target, target_id, operation);

-- An operation continues the chain or is refused.
CREATE TRIGGER operation_continues BEFORE INSERT ON operation
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM operation)
  OR NEW.previous_hash IS NOT coalesce((SELECT hash FROM operation ORDER BY number DESC LIMIT 1),
       '0000000000000000000000000000000000000000000000000000000000000000')
  OR NEW.recorded_at <= coalesce((SELECT max(recorded_at) FROM operation), '')
BEGIN
    SELECT RAISE(ABORT, 'thidua: an operation continues the chain');
END;

-- A unit has at most one live record for a phase, action and occasion.
CREATE TRIGGER record_one_live BEFORE INSERT ON record
WHEN EXISTS (
    SELECT 1 FROM record r
    WHERE r.unit = NEW.unit AND r.phase = NEW.phase AND r.action = NEW.action AND r.occasion = NEW.occasion
      AND NOT EXISTS (SELECT 1 FROM void v WHERE v.target = 'record' AND v.target_id = r.id))
BEGIN
    SELECT RAISE(ABORT, 'thidua: the unit has a live record for this phase, action and occasion');
END;

-- Live exemptions of one unit from one obligation follow one another; an open one has none after it.
CREATE TRIGGER exemption_apart BEFORE INSERT ON exemption
WHEN EXISTS (
    SELECT 1 FROM exemption e LEFT JOIN withdrawal w ON w.exemption = e.id
      AND NOT EXISTS (SELECT 1 FROM void v WHERE v.target = 'withdrawal' AND v.target_id = w.id)
    WHERE e.unit = NEW.unit AND e.obligation = NEW.obligation
      AND e.exempted_on <= coalesce(NEW.until_on, '9999-12-31')
      AND NEW.exempted_on <= min(coalesce(e.until_on, '9999-12-31'), coalesce(w.last_on, '9999-12-31'))
      AND NOT EXISTS (SELECT 1 FROM void v WHERE v.target = 'exemption' AND v.target_id = e.id))
BEGIN
    SELECT RAISE(ABORT, 'thidua: the unit has a live exemption from this obligation on these days');
END;

-- An exemption is withdrawn once.
CREATE TRIGGER withdrawal_one_live BEFORE INSERT ON withdrawal
WHEN EXISTS (
    SELECT 1 FROM withdrawal w
    WHERE w.exemption = NEW.exemption
      AND NOT EXISTS (SELECT 1 FROM void v WHERE v.target = 'withdrawal' AND v.target_id = w.id))
BEGIN
    SELECT RAISE(ABORT, 'thidua: the exemption has a live withdrawal');
END;

-- Records, exemptions, extensions, withdrawals and supplements share one sequence of ids.
CREATE TRIGGER record_own_id BEFORE INSERT ON record
WHEN EXISTS (SELECT 1 FROM exemption WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM extension WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM withdrawal WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM supplement WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'thidua: this id is taken by another paper');
END;
CREATE TRIGGER exemption_own_id BEFORE INSERT ON exemption
WHEN EXISTS (SELECT 1 FROM record WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM extension WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM withdrawal WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM supplement WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'thidua: this id is taken by another paper');
END;
CREATE TRIGGER extension_own_id BEFORE INSERT ON extension
WHEN EXISTS (SELECT 1 FROM record WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM exemption WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM withdrawal WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM supplement WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'thidua: this id is taken by another paper');
END;
CREATE TRIGGER withdrawal_own_id BEFORE INSERT ON withdrawal
WHEN EXISTS (SELECT 1 FROM record WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM exemption WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM extension WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM supplement WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'thidua: this id is taken by another paper');
END;
CREATE TRIGGER supplement_own_id BEFORE INSERT ON supplement
WHEN EXISTS (SELECT 1 FROM record WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM exemption WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM extension WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM withdrawal WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'thidua: this id is taken by another paper');
END;

-- A row is voided once.
CREATE TRIGGER void_once BEFORE INSERT ON void
WHEN EXISTS (SELECT 1 FROM void WHERE target = NEW.target AND target_id = NEW.target_id)
BEGIN
    SELECT RAISE(ABORT, 'thidua: already voided');
END;
