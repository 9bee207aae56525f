-- The facts of every unit on every roster at :as_of, one row for each obligation and unit.
-- Follows live.sql. :phase, :action and :obligation narrow it; NULL means all.
, duty AS (
    SELECT o.code, o.phase, o.action, o.due_on, o.newcomers, p.starts_on,
        coalesce(o.due_on, p.ends_on) AS closes_on,
        min(:as_of, coalesce(o.roster_on, :as_of)) AS counted_on
    FROM obligation o JOIN phase p ON p.code = o.phase
    WHERE (:phase IS NULL OR o.phase = :phase) AND min(:as_of, coalesce(o.roster_on, :as_of)) >= p.starts_on
),
life AS MATERIALIZED (
    SELECT v.unit, u.kind, u.level, min(v.valid_from) AS born_on, e.ended_on
    FROM live_version v JOIN unit u ON u.id = v.unit
    LEFT JOIN live_end e ON e.unit = v.unit AND e.ended_on <= :as_of
    GROUP BY v.unit
),
-- The launches of a phase: a unit of that kind that was there by `counted_on` is on their roster.
launch AS MATERIALIZED (
    SELECT d.phase, d.starts_on, k.kind, max(d.counted_on) AS counted_on
    FROM duty d JOIN obligation_kind k ON k.obligation = d.code
    WHERE d.action = 'launch' GROUP BY d.phase, d.starts_on, k.kind
),
-- The heirs of those units, with each day on which something came to them: what passes on a day carries with it
-- only what had come to the predecessor by then.
heir AS (
    SELECT n.phase, s.successor AS unit, s.effective_on AS since_on
    FROM live_succession s JOIN life l ON l.unit = s.predecessor JOIN launch n ON n.kind = l.kind
    WHERE l.born_on <= n.counted_on AND (l.ended_on IS NULL OR l.ended_on > n.starts_on)
      AND s.effective_on BETWEEN max(l.born_on, n.starts_on) AND :as_of
    UNION
    SELECT h.phase, s.successor, s.effective_on
    FROM heir h JOIN live_succession s ON s.predecessor = h.unit
    WHERE s.effective_on BETWEEN h.since_on AND :as_of
),
-- The first of those days.
inherited AS MATERIALIZED (
    SELECT phase, unit, min(since_on) AS since_on FROM heir WHERE unit IS NOT NULL GROUP BY phase, unit
),
-- What is asked of a kind; without a look at its line, of those units that were there by `meant_on`.
asked AS (
    SELECT d.*, k.kind, CASE WHEN d.newcomers = 1 THEN d.counted_on ELSE coalesce(n.counted_on, '') END AS meant_on
    FROM duty d JOIN obligation_kind k ON k.obligation = d.code
    LEFT JOIN launch n ON n.phase = d.phase AND n.kind = k.kind
    WHERE (:action IS NULL OR d.action = :action) AND (:obligation IS NULL OR d.code = :obligation)
),
member AS MATERIALIZED (
    SELECT a.code, a.phase, a.action, a.due_on, a.closes_on, l.unit, l.kind, l.level, l.ended_on,
        max(a.starts_on, l.born_on, coalesce(i.since_on, '')) AS entered_on,
        min(a.counted_on, coalesce(date(l.ended_on, '-1 day'), a.counted_on)) AS named_on
    FROM asked a JOIN life l ON l.kind = a.kind
    LEFT JOIN inherited i ON i.unit = CASE WHEN l.born_on > a.meant_on THEN l.unit END AND i.phase = a.phase
    WHERE l.born_on <= a.counted_on AND (l.ended_on IS NULL OR l.ended_on > a.starts_on)
      AND (l.born_on <= a.meant_on OR i.unit IS NOT NULL)
)
SELECT m.code AS obligation, m.phase, m.action, m.due_on, m.closes_on, m.unit, m.kind, m.level, m.entered_on, m.ended_on,
    m.named_on, r.id AS record_id, r.done_on, r.received_on, r.document_number, r.document_date, x.id AS exemption_id
FROM member m
LEFT JOIN live_record r ON r.unit = m.unit AND r.phase = m.phase AND r.action = m.action AND r.done_on <= :as_of
LEFT JOIN live_exemption x ON x.unit = m.unit AND x.obligation = m.code AND x.exempted_on <= :as_of
