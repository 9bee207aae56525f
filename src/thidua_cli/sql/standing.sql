-- How every unit on every roster stands at the end of :as_of, as known at operation :known: one row for each obligation and unit.
-- Ask it by `SELECT ... FROM standing WHERE ...` below it; :units, a JSON array of ids, narrows it to some units (NULL: all). The
-- rules are those of README, "Who counts, and how". The text keeps to what DuckDB and Spark read too, but for what stands between
-- /*<*/ and /*>*/, which narrows it and says where units are. Between /*: and :*/ stands what tells many registers apart; here it is a comment.
WITH RECURSIVE
live_version AS NOT MATERIALIZED (
    SELECT /*: v.register, :*/ v.id, v.unit, v.valid_from, v.parent FROM unit_version v
    WHERE v.operation <= :known AND NOT EXISTS (SELECT 1 FROM void g
        WHERE g.target = 'unit_version' AND g.target_id = v.id /*: AND g.register = v.register :*/ AND g.operation <= :known)
),
live_end AS NOT MATERIALIZED (
    SELECT /*: e.register, :*/ e.id, e.unit, e.ended_on, e.last_on FROM unit_end e
    WHERE e.operation <= :known AND e.ended_on <= :as_of AND NOT EXISTS (SELECT 1 FROM void g
        WHERE g.target = 'unit_end' AND g.target_id = e.id /*: AND g.register = e.register :*/ AND g.operation <= :known)
),
live_succession AS NOT MATERIALIZED (
    SELECT /*: s.register, :*/ s.id, s.predecessor, s.successor, s.effective_on FROM succession s
    WHERE s.operation <= :known AND s.effective_on <= :as_of AND s.predecessor <> s.successor AND NOT EXISTS (SELECT 1 FROM void g
        WHERE g.target = 'succession' AND g.target_id = s.id /*: AND g.register = s.register :*/ AND g.operation <= :known)
),
live_record AS NOT MATERIALIZED (
    SELECT /*: r.register, :*/ r.id, r.unit, r.phase, r.action, r.occasion, r.done_on, r.received_on, r.document_number,
        r.document_date
    FROM record r
    WHERE r.operation <= :known AND r.done_on <= :as_of AND NOT EXISTS (SELECT 1 FROM void g
        WHERE g.target = 'record' AND g.target_id = r.id /*: AND g.register = r.register :*/ AND g.operation <= :known)
),
-- Decisions that amend the plan, and what the last of them says of each field of an obligation.
live_decision AS NOT MATERIALIZED (
    SELECT /*: c.register, :*/ c.id, c.decided_on, c.operation FROM decision c
    WHERE c.operation <= :known AND c.decided_on <= :as_of AND NOT EXISTS (SELECT 1 FROM void g
        WHERE g.target = 'decision' AND g.target_id = c.id /*: AND g.register = c.register :*/ AND g.operation <= :known)
),
ruled AS MATERIALIZED (
    SELECT /*: f.register, :*/ f.code, f.field, f.value, row_number() OVER (
        PARTITION BY /*: f.register, :*/ f.code, f.field ORDER BY c.decided_on DESC, c.operation DESC, f.id DESC) AS age
    FROM live_decision c JOIN plan_field f ON f.decision = c.id /*: AND f.register = c.register :*/
    WHERE f.part = 'obligation'
),
named AS NOT MATERIALIZED (
    SELECT /*: f.register, :*/ f.code,
        max(CASE WHEN f.field = 'due_on' THEN 1 END) AS names_due, max(CASE WHEN f.field = 'due_on' THEN f.value END) AS due_on,
        max(CASE WHEN f.field = 'roster_on' THEN 1 END) AS names_roster,
        max(CASE WHEN f.field = 'roster_on' THEN f.value END) AS roster_on,
        max(CASE WHEN f.field = 'newcomers' THEN f.value END) AS newcomers,
        max(CASE WHEN f.field = 'newcomers_of' THEN 1 END) AS names_base,
        max(CASE WHEN f.field = 'newcomers_of' THEN f.value END) AS newcomers_of,
        max(CASE WHEN f.field = 'withdrawn' THEN f.value END) AS withdrawn,
        max(CASE WHEN f.field = 'brought' THEN f.value END) AS brought
    FROM ruled f WHERE f.age = 1 GROUP BY /*: f.register, :*/ f.code
),
planned AS NOT MATERIALIZED (
    SELECT /*: o.register, :*/ o.code, o.position, o.phase, o.action, o.occasion, p.starts_on, p.ends_on,
        CASE WHEN n.names_due = 1 THEN n.due_on ELSE o.due_on END AS due_on,
        CASE WHEN n.names_roster = 1 THEN n.roster_on ELSE o.roster_on END AS roster_on,
        CASE WHEN n.names_base = 1 THEN n.newcomers_of ELSE o.newcomers_of END AS newcomers_of,
        coalesce(CASE n.newcomers WHEN '1' THEN 1 WHEN '0' THEN 0 END, o.newcomers) AS newcomers,
        CASE WHEN n.withdrawn = '1' THEN 1 ELSE 0 END AS withdrawn
    FROM obligation o JOIN phase p ON p.code = o.phase /*: AND p.register = o.register :*/
    LEFT JOIN named n ON n.code = o.code /*: AND n.register = o.register :*/
    WHERE o.operation <= :known AND (o.decision IS NULL OR n.brought = '1' OR EXISTS (
        SELECT 1 FROM live_decision c WHERE c.id = o.decision /*: AND c.register = o.register :*/))
),
-- Each obligation with the day up to which its roster counts units, and the day that closes it.
term AS MATERIALIZED (
    SELECT d.*, coalesce(d.due_on, d.ends_on) AS closes_on,
        CASE WHEN d.roster_on < :as_of THEN d.roster_on ELSE :as_of END AS counted_on
    FROM planned d
),
bound AS MATERIALIZED (
    SELECT /*: k.register, :*/ k.obligation, k.kind FROM obligation_kind k
    WHERE k.operation <= :known AND NOT EXISTS (SELECT 1 FROM ruled f
        WHERE f.code = k.obligation AND f.field = 'kind:' || k.kind /*: AND f.register = k.register :*/)
    UNION ALL
    SELECT /*: f.register, :*/ f.code AS obligation, substr(f.field, 6) AS kind FROM ruled f
    WHERE f.age = 1 AND f.value = '1' AND f.field LIKE 'kind:%'
),
-- The obligations to whose rosters an obligation without newcomers keeps: the one that it names, else the launches of its
-- phase. They count even when they are withdrawn.
base AS NOT MATERIALIZED (
    SELECT /*: d.register, :*/ d.code AS obligation, b.code AS base, b.starts_on, b.counted_on
    FROM term d JOIN term b ON b.code = d.newcomers_of /*: AND b.register = d.register :*/ WHERE d.newcomers = 0
    UNION ALL
    SELECT /*: d.register, :*/ d.code AS obligation, b.code AS base, b.starts_on, b.counted_on
    FROM term d JOIN term b ON b.phase = d.phase /*: AND b.register = d.register :*/
    WHERE d.newcomers = 0 AND d.newcomers_of IS NULL AND b.action = 'launch'
),
root AS MATERIALIZED (
    SELECT /*: b.register, :*/ b.obligation, k.kind, min(b.starts_on) AS starts_on, max(b.counted_on) AS counted_on
    FROM base b JOIN bound k ON k.obligation = b.base /*: AND k.register = b.register :*/
    WHERE b.counted_on >= b.starts_on GROUP BY /*: b.register, :*/ b.obligation, k.kind
),
based AS NOT MATERIALIZED (SELECT DISTINCT /*: b.register, :*/ b.obligation FROM base b),
-- What is asked of a kind; units born by addressed_on are meant without a look at their line.
duty AS MATERIALIZED (
    SELECT /*: d.register, :*/ row_number() OVER (ORDER BY /*: d.register, :*/ d.position, d.code, k.kind) AS number,
        d.code, d.position, d.phase, d.action, d.occasion, d.due_on, d.closes_on, d.starts_on, d.counted_on, k.kind,
        CASE WHEN b.obligation IS NULL THEN d.counted_on ELSE coalesce(r.counted_on, '') END AS addressed_on
    FROM term d JOIN bound k ON k.obligation = d.code /*: AND k.register = d.register :*/
    LEFT JOIN based b ON b.obligation = d.code /*: AND b.register = d.register :*/
    LEFT JOIN root r ON r.obligation = d.code AND r.kind = k.kind /*: AND r.register = d.register :*/
    WHERE d.counted_on >= d.starts_on AND d.withdrawn = 0
),
asked AS NOT MATERIALIZED (
    SELECT /*: u.register, :*/ u.id AS unit FROM unit u /*<*/ WHERE :units IS NULL
    UNION ALL
    SELECT u.id AS unit FROM json_each(:units) j CROSS JOIN unit u WHERE u.id = j.value /*>*/
),
-- Exemptions and extensions that move a unit's own closing day. The last day of an exemption is the one that it names, or the
-- day before its withdrawal if that is earlier; none: it is open. Of several extensions the one decided last holds.
live_withdrawal AS NOT MATERIALIZED (
    SELECT /*: w.register, :*/ w.exemption, w.last_on FROM withdrawal w
    WHERE w.operation <= :known AND w.withdrawn_on <= :as_of AND NOT EXISTS (SELECT 1 FROM void g
        WHERE g.target = 'withdrawal' AND g.target_id = w.id /*: AND g.register = w.register :*/ AND g.operation <= :known)
),
chosen_exemption AS NOT MATERIALIZED (
    SELECT x.* FROM exemption x /*<*/ WHERE :units IS NULL
    UNION ALL
    SELECT x.* FROM json_each(:units) j CROSS JOIN exemption x WHERE x.unit = j.value /*>*/
),
live_exemption AS NOT MATERIALIZED (
    SELECT /*: x.register, :*/ x.id, x.unit, x.obligation, x.exempted_on,
        CASE WHEN w.last_on < x.until_on OR x.until_on IS NULL THEN w.last_on ELSE x.until_on END AS last_on
    FROM chosen_exemption x LEFT JOIN live_withdrawal w ON w.exemption = x.id /*: AND w.register = x.register :*/
    WHERE x.operation <= :known AND x.exempted_on <= :as_of AND NOT EXISTS (SELECT 1 FROM void g
        WHERE g.target = 'exemption' AND g.target_id = x.id /*: AND g.register = x.register :*/ AND g.operation <= :known)
),
chosen_extension AS NOT MATERIALIZED (
    SELECT y.* FROM extension y /*<*/ WHERE :units IS NULL
    UNION ALL
    SELECT y.* FROM json_each(:units) j CROSS JOIN extension y WHERE y.unit = j.value /*>*/
),
live_extension AS NOT MATERIALIZED (
    SELECT /*: y.register, :*/ y.id, y.unit, y.obligation, y.until_on, row_number() OVER (
        PARTITION BY /*: y.register, :*/ y.unit, y.obligation ORDER BY y.granted_on DESC, y.operation DESC, y.id DESC) AS age
    FROM chosen_extension y
    WHERE y.operation <= :known AND y.granted_on <= :as_of AND NOT EXISTS (SELECT 1 FROM void g
        WHERE g.target = 'extension' AND g.target_id = y.id /*: AND g.register = y.register :*/ AND g.operation <= :known)
),
leave AS NOT MATERIALIZED (
    SELECT /*: x.register, :*/ x.unit, x.obligation, x.last_on AS moved_to,
        CASE WHEN x.last_on IS NULL THEN x.exempted_on END AS open_from,
        CASE WHEN x.last_on IS NULL OR x.last_on >= :as_of THEN x.id END AS exemption_id, NULL AS extension_id
    FROM live_exemption x
    UNION ALL
    SELECT /*: y.register, :*/ y.unit, y.obligation, y.until_on AS moved_to, NULL AS open_from, NULL AS exemption_id,
        y.id AS extension_id
    FROM live_extension y WHERE y.age = 1
),
special AS MATERIALIZED (
    SELECT /*: s.register, :*/ s.unit, s.obligation, max(s.moved_to) AS moved_to, max(s.open_from) AS open_from,
        max(s.exemption_id) AS exemption_id, max(s.extension_id) AS extension_id
    FROM leave s GROUP BY /*: s.register, :*/ s.unit, s.obligation
),
-- The days of a unit. own: the unit itself where it has any exemption or extension, else NULL: a join on NULL costs no look-up.
-- Where :places is 1: the unit above since moved_on, its last version's first day; for a district the unit itself.
being AS NOT MATERIALIZED (
    SELECT /*: u.register, :*/ u.id AS unit, u.kind, u.level,
        CASE u.level WHEN 'city' THEN 0 WHEN 'district' THEN 100 ELSE 200 END AS level_number,
        (SELECT min(v.valid_from) FROM live_version v WHERE v.unit = u.id /*: AND v.register = u.register :*/) AS born_on,
        /*<*/ CASE WHEN :places = 1 THEN (
            SELECT max(v.valid_from) FROM live_version v WHERE v.unit = u.id) END AS moved_on,
        CASE WHEN :places = 0 THEN NULL WHEN u.kind = 'district-committee' THEN u.id ELSE (
            SELECT v.parent FROM live_version v WHERE v.unit = u.id
            ORDER BY v.valid_from DESC, v.id DESC LIMIT 1) END AS above, /*>*/
        (SELECT min(e.last_on) FROM live_end e WHERE e.unit = u.id /*: AND e.register = u.register :*/) AS last_on,
        coalesce((SELECT max(x.unit) FROM exemption x WHERE x.unit = u.id /*: AND x.register = u.register :*/),
            (SELECT max(y.unit) FROM extension y WHERE y.unit = u.id /*: AND y.register = u.register :*/)) AS own
    FROM unit u
),
life AS MATERIALIZED (
    SELECT b.* FROM asked a JOIN being b ON b.unit = a.unit /*: AND b.register = a.register :*/
),
-- From the asked units up to those before them, back in time: what passes on a day carries with it only what had come to the
-- predecessor by then. since_on: when it came to the unit; `path` ends a line where two units passed into each other.
line AS (
    SELECT /*: s.register, :*/ s.successor AS unit, s.predecessor AS ancestor, s.effective_on AS since_on,
        s.effective_on AS passed_on, '/' || s.successor || '/' || s.predecessor || '/' AS path
    FROM live_succession s JOIN asked a ON a.unit = s.successor /*: AND a.register = s.register :*/
    UNION ALL
    SELECT /*: s.register, :*/ n.unit, s.predecessor AS ancestor, n.since_on, s.effective_on AS passed_on,
        n.path || s.predecessor || '/' AS path
    FROM line n JOIN live_succession s ON s.successor = n.ancestor /*: AND s.register = n.register :*/
    WHERE s.effective_on <= n.passed_on AND n.path NOT LIKE '%/' || s.predecessor || '/%'
),
heir AS MATERIALIZED (
    SELECT /*: b.register, :*/ n.obligation, e.unit, min(e.since_on) AS since_on
    FROM line e CROSS JOIN being b CROSS JOIN root n
    WHERE b.unit = e.ancestor /*: AND b.register = e.register :*/ AND n.kind = b.kind /*: AND n.register = b.register :*/
    AND b.born_on <= n.counted_on AND (b.last_on IS NULL OR b.last_on >= n.starts_on)
    AND e.passed_on >= b.born_on AND e.passed_on >= n.starts_on
    GROUP BY /*: b.register, :*/ n.obligation, e.unit
),
fact AS NOT MATERIALIZED (
    SELECT /*: d.register, :*/ d.code AS obligation, d.position, d.number * 1000 + l.level_number AS asked_number,
        d.phase, d.action, d.occasion, d.due_on, l.unit, l.kind, l.level, l.last_on, /*<*/ l.moved_on, l.above, /*>*/
        CASE WHEN l.born_on <= d.addressed_on THEN CASE WHEN l.born_on > d.starts_on THEN l.born_on ELSE d.starts_on END
            WHEN h.since_on > l.born_on THEN CASE WHEN h.since_on > d.starts_on THEN h.since_on ELSE d.starts_on END
            WHEN l.born_on > d.starts_on THEN l.born_on ELSE d.starts_on END AS entered_on,
        CASE WHEN l.last_on IS NOT NULL THEN (
            SELECT min(e.ended_on) FROM live_end e WHERE e.unit = l.unit /*: AND e.register = l.register :*/) END AS ended_on,
        CASE WHEN l.last_on < d.counted_on THEN l.last_on ELSE d.counted_on END AS named_on,
        r.id AS record_id, r.done_on, r.received_on, r.document_number, r.document_date,
        s.exemption_id, s.extension_id, s.open_from,
        CASE WHEN s.moved_to > d.closes_on THEN s.moved_to ELSE d.closes_on END AS closes_on
    FROM life l CROSS JOIN duty d
    LEFT JOIN heir h ON h.unit = CASE WHEN l.born_on > d.addressed_on THEN l.unit END AND h.obligation = d.code
        /*: AND h.register = l.register :*/
    LEFT JOIN live_record r ON r.unit = l.unit AND r.phase = d.phase AND r.action = d.action AND r.occasion = d.occasion
        /*: AND r.register = l.register :*/
    LEFT JOIN special s ON s.unit = l.own AND s.obligation = d.code /*: AND s.register = l.register :*/
    WHERE l.kind = d.kind /*: AND l.register = d.register :*/ AND l.born_on <= d.counted_on
    AND (l.last_on IS NULL OR l.last_on >= d.starts_on) AND (l.born_on <= d.addressed_on OR h.unit IS NOT NULL)
),
-- The first rule that holds. What is done while an exemption is open is in time, whatever the closing day.
judged AS NOT MATERIALIZED (
    SELECT f.*,
        CASE WHEN f.done_on <= f.closes_on OR f.done_on >= f.open_from THEN 0 WHEN f.done_on IS NOT NULL THEN 1
            WHEN f.exemption_id IS NOT NULL THEN 2 WHEN f.last_on < f.closes_on THEN 3
            WHEN f.closes_on < :as_of THEN 4 ELSE 5 END AS state_number,
        CASE WHEN f.done_on >= f.open_from THEN 0
            WHEN f.done_on <= f.closes_on AND f.closes_on < f.received_on THEN 1 ELSE 0 END AS declared_late
    FROM fact f
),
-- `tally` packs what is counted: obligation and kind (duty.number), level, state, declared late. One number is grouped twice as
-- fast as words.
standing AS NOT MATERIALIZED (
    SELECT j.*,
        CASE j.state_number WHEN 0 THEN 'on_time' WHEN 1 THEN 'late' WHEN 2 THEN 'exempt' WHEN 3 THEN 'lapsed'
            WHEN 4 THEN 'overdue' ELSE 'pending' END AS state,
        j.asked_number + j.state_number * 10 + j.declared_late AS tally
    FROM judged j
)
