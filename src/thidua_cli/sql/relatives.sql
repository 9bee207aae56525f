-- The units before and after unit :unit, through any number of successions. Follows live.sql.
, before AS (
    SELECT predecessor AS unit FROM live_succession WHERE successor = :unit
    UNION
    SELECT s.predecessor FROM live_succession s JOIN before b ON s.successor = b.unit
),
after AS (
    SELECT successor AS unit FROM live_succession WHERE predecessor = :unit
    UNION
    SELECT s.successor FROM live_succession s JOIN after a ON s.predecessor = a.unit
)
SELECT unit, 'before' FROM before WHERE unit IS NOT NULL AND unit <> :unit
UNION
SELECT unit, 'after' FROM after WHERE unit IS NOT NULL AND unit <> :unit
