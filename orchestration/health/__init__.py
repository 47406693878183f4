"""Is it alive: what the Dagster instance knows, held together with what the home says; and the sensor that tells when it is not."""
