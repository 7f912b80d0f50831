"""What comparisons cost and how long many of them take, from prices, quotas and measured rates."""
