-- The units before and after unit :unit, through any number of successions. Follows live.sql.
-- Descent follows time: before it is what had come to a predecessor by the day on which that passed something on.
-- From :since on (NULL: ever) for the units after it.
, before AS (
    SELECT predecessor AS unit, effective_on AS by_on FROM live_succession WHERE successor = :unit
    UNION
    SELECT s.predecessor, s.effective_on FROM before b JOIN live_succession s ON s.successor = b.unit
    WHERE s.effective_on <= b.by_on
),
after AS (
    SELECT successor AS unit, effective_on AS since_on FROM live_succession
    WHERE predecessor = :unit AND (:since IS NULL OR effective_on >= :since)
    UNION
    SELECT s.successor, s.effective_on FROM after a JOIN live_succession s ON s.predecessor = a.unit
    WHERE s.effective_on >= a.since_on
)
SELECT unit, 'before' FROM before WHERE unit IS NOT NULL AND unit <> :unit
UNION
SELECT unit, 'after' FROM after WHERE unit IS NOT NULL AND unit <> :unit
