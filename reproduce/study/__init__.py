"""What every study is made of: protocol, parameters, cells, measuring, judging, comparing."""
