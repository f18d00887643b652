"""The process of one build. It imports nothing of AWS's SDK and nothing of moto: it has to stay small.

It talks with the local cloud as a build does with AWS: by signed requests in the session of the project's service role.
"""
