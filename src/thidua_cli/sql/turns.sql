-- The days before those on which a decision may change a roster or a closing day, known at operation :known, before :as_of.
SELECT DISTINCT date(day, '-1 day') AS last FROM (
    SELECT decided_on AS day FROM decision WHERE operation <= :known
    UNION ALL SELECT granted_on FROM extension WHERE operation <= :known
    UNION ALL SELECT exempted_on FROM exemption WHERE operation <= :known AND until_on IS NOT NULL
    UNION ALL SELECT date(until_on, '+1 day') FROM exemption WHERE operation <= :known AND until_on IS NOT NULL
    UNION ALL SELECT withdrawn_on FROM withdrawal WHERE operation <= :known
)
WHERE day <= :as_of ORDER BY 1
