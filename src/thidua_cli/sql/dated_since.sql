-- Live records, exemptions and extensions dated :since or later: number, unit, day. Follows live.sql.
SELECT id, unit, done_on FROM live_record WHERE done_on >= :since
UNION ALL SELECT id, unit, exempted_on FROM live_exemption WHERE exempted_on >= :since
UNION ALL SELECT id, unit, granted_on FROM live_extension WHERE granted_on >= :since
ORDER BY 1
