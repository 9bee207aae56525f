-- What each live decision named or brought, as decided by the end of :as_of and known at operation :known.
WITH live_decision AS (
    SELECT c.* FROM decision c WHERE c.operation <= :known AND c.decided_on <= :as_of
    AND NOT EXISTS (SELECT 1 FROM void g WHERE g.target = 'decision' AND g.target_id = c.id AND g.operation <= :known)
),
what AS (
    SELECT decision, part, code, field, value, id AS position FROM plan_field
    UNION ALL SELECT decision, 'phase', code, '', title_vi, 0 FROM phase
    UNION ALL SELECT decision, 'action', code, '', title_vi, 0 FROM action
    UNION ALL SELECT decision, 'action', action || '.' || code, '', title_vi, 0 FROM action_field
    UNION ALL SELECT decision, 'obligation', code, '', title_vi, 0 FROM obligation
    UNION ALL SELECT decision, 'content', CAST(number AS TEXT), '', title_vi, 0 FROM content
)
SELECT c.decided_on, c.document_number, c.document_issuer, c.operation, w.part, w.code, w.field, w.value, c.note
FROM live_decision c JOIN what w ON w.decision = c.id
ORDER BY c.decided_on, c.operation, w.position, w.part, w.code
