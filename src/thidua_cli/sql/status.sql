-- The facts of every unit on every roster at :as_of, one row for each obligation and unit.
-- Follows live.sql. :phase, :action and :obligation narrow it; NULL means all.
, duty AS (
    SELECT o.code, o.phase, o.action, o.due_on, o.newcomers, p.starts_on,
        coalesce(o.due_on, p.ends_on) AS closes_on,
        min(:as_of, coalesce(o.roster_on, :as_of)) AS counted_on
    FROM obligation o JOIN phase p ON p.code = o.phase
    WHERE :phase IS NULL OR o.phase = :phase
),
life AS MATERIALIZED (
    SELECT v.unit, u.kind, u.level, min(v.valid_from) AS born_on, e.ended_on
    FROM live_version v JOIN unit u ON u.id = v.unit
    LEFT JOIN live_end e ON e.unit = v.unit AND e.ended_on <= :as_of
    GROUP BY v.unit
),
bound AS MATERIALIZED (
    SELECT d.code, d.phase, d.action, d.newcomers, d.counted_on, l.unit, l.kind, l.level, l.ended_on,
        min(d.counted_on, coalesce(date(l.ended_on, '-1 day'), d.counted_on)) AS named_on
    FROM duty d JOIN obligation_kind k ON k.obligation = d.code JOIN life l ON l.kind = k.kind
    WHERE d.counted_on >= d.starts_on AND l.born_on <= d.counted_on
      AND (l.ended_on IS NULL OR l.ended_on > d.starts_on)
),
-- The units of a phase's launch, and all that descend from them.
addressed AS (
    SELECT b.phase, b.unit FROM bound b WHERE b.action = 'launch'
    UNION
    SELECT a.phase, s.successor FROM addressed a JOIN live_succession s ON s.predecessor = a.unit
    WHERE s.successor IS NOT NULL AND s.effective_on <= :as_of
),
member AS MATERIALIZED (
    SELECT b.*, d.due_on, d.closes_on
    FROM bound b JOIN duty d ON d.code = b.code
    WHERE (:action IS NULL OR b.action = :action) AND (:obligation IS NULL OR b.code = :obligation)
      AND (b.newcomers = 1 OR (b.phase, b.unit) IN (SELECT phase, unit FROM addressed))
)
SELECT m.code AS obligation, m.phase, m.action, m.due_on, m.closes_on, m.unit, m.kind, m.level, m.ended_on, m.named_on,
    r.id AS record_id, r.done_on, r.received_on, r.document_number, r.document_date, x.id AS exemption_id
FROM member m
LEFT JOIN live_record r ON r.unit = m.unit AND r.phase = m.phase AND r.action = m.action AND r.done_on <= :as_of
LEFT JOIN live_exemption x ON x.unit = m.unit AND x.obligation = m.code AND x.exempted_on <= :as_of
