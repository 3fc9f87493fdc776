"""A branch's work plan, read: .docx, .pdf, .doc, .txt or .md in, PlanDocument out.

Pure apart from opening the file it is given: never stores, never asks the clock. Start at read_plan() in reader.py.
"""

from data.plan_reader.files import read_plan_file, text_of_file
from data.plan_reader.model import Block, Duty, Entry, NotAPlan, PlanDocument, Recurring, Section
from data.plan_reader.reader import passages, read_plan
from data.plan_reader.split import SeveralPlans
from data.plan_rules import KINDS, audience_of, kinds_in

__all__ = ["KINDS", "Block", "Duty", "Entry", "NotAPlan", "PlanDocument", "Recurring", "Section", "SeveralPlans",
           "audience_of", "kinds_in", "passages", "read_plan", "read_plan_file", "text_of_file"]
