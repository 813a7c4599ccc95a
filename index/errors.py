"""What can go wrong with the index, named as facts."""


class SearchError(Exception):
    """The index cannot do what it was asked."""


class ModelMissing(SearchError):
    """The exported model is not there."""


class ModelDamaged(SearchError):
    """The exported model is not what its recipe says."""


class IndexDamaged(SearchError):
    """An index file cannot be trusted; it has to be built again from the database."""


class RecipeMismatch(SearchError):
    """Vectors made by another recipe cannot be compared with these."""


class WriterBusy(SearchError):
    """Another process is writing the word index."""
