-- Two plain tables of units and of what they did, without history, made from an attached register.
CREATE TABLE unit (id INTEGER PRIMARY KEY, kind TEXT);
INSERT INTO unit SELECT id, kind FROM register.unit;
CREATE TABLE record (unit INTEGER, phase TEXT, action TEXT, done_on TEXT);
INSERT INTO record SELECT unit, phase, action, done_on FROM register.record
    WHERE id NOT IN (SELECT target_id FROM register.void WHERE target = 'record');
CREATE TABLE obligation AS SELECT o.code, o.phase, o.action, coalesce(o.due_on, p.ends_on) AS closes_on
    FROM register.obligation o JOIN register.phase p ON p.code = o.phase;
CREATE TABLE obligation_kind AS SELECT obligation, kind FROM register.obligation_kind;
CREATE INDEX record_by_unit ON record (unit, phase, action);
ANALYZE main;
