-- Units that pass whole into another. Follows live.sql.
SELECT predecessor, successor, operation FROM live_succession
WHERE extent = 'whole' AND predecessor <> successor
ORDER BY id
