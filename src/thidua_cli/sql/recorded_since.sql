-- What was recorded after operation :last: papers of units, voids of papers, and operations.
WITH paper AS (
    SELECT operation FROM record
    UNION ALL SELECT operation FROM exemption
    UNION ALL SELECT operation FROM extension
    UNION ALL SELECT operation FROM withdrawal
    UNION ALL SELECT operation FROM supplement
)
SELECT
    (SELECT count(*) FROM paper WHERE operation > :last),
    (SELECT count(*) FROM void WHERE operation > :last
        AND target IN ('record', 'exemption', 'extension', 'withdrawal', 'supplement')),
    (SELECT count(*) FROM operation WHERE number > :last)
