-- The units before and after unit :unit, through any number of successions. Follows live.sql.
-- Descent follows time: before it is what had come to a predecessor by the day on which that passed something on.
-- Successions from :since to :as_of, both days included; NULL: all.
, passing AS NOT MATERIALIZED (
    SELECT predecessor, successor, effective_on FROM live_succession
    WHERE effective_on >= coalesce(:since, '') AND effective_on <= coalesce(:as_of, '9999-12-31')
),
before AS (
    SELECT predecessor AS unit, effective_on AS by_on FROM passing WHERE successor = :unit
    UNION
    SELECT s.predecessor, s.effective_on FROM before b JOIN passing s ON s.successor = b.unit
    WHERE s.effective_on <= b.by_on
),
after AS (
    SELECT successor AS unit, effective_on AS since_on FROM passing WHERE predecessor = :unit
    UNION
    SELECT s.successor, s.effective_on FROM after a JOIN passing s ON s.predecessor = a.unit
    WHERE s.effective_on >= a.since_on
)
SELECT unit, 'before' FROM before WHERE unit IS NOT NULL AND unit <> :unit
UNION
SELECT unit, 'after' FROM after WHERE unit IS NOT NULL AND unit <> :unit
