"""The learned gate against users who take suggestions in some places only: requests saved, acceptances lost."""
