"""The public package index behind `public:pypi`: read, kept on disk, and never believed without a hash."""
