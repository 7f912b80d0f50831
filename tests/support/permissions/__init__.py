"""What AWS would allow: recorded calls, and the policies that an application has synthesized."""
