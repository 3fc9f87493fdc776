"""The platform's formats and its doors: messages in and out (webhook, messages), pushes (gateway)."""
