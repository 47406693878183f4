"""What flows: intake of office files, the batch, template, sample, receipts, and thin asset modules.

Does not belong here: rules (expectations), SQL text beyond a call (warehouse), jobs and sensors (orchestration).
"""
