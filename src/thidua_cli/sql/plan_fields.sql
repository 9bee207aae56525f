-- What the last decision says of each field of the plan, as decided by the end of :as_of and known at operation :known.
WITH live_decision AS (
    SELECT c.* FROM decision c WHERE c.operation <= :known AND c.decided_on <= :as_of
    AND NOT EXISTS (SELECT 1 FROM void g WHERE g.target = 'decision' AND g.target_id = c.id AND g.operation <= :known)
),
ruled AS (
    SELECT f.part, f.code, f.field, f.value, c.id, f.id AS place, row_number() OVER (
        PARTITION BY f.part, f.code, f.field ORDER BY c.decided_on DESC, c.operation DESC, f.id DESC) AS age
    FROM live_decision c JOIN plan_field f ON f.decision = c.id
)
SELECT part, code, field, value, r.id FROM ruled r JOIN decision c ON c.id = r.id WHERE age = 1
ORDER BY c.decided_on, c.operation, r.place
