package dev.windlass.head;

import dev.windlass.identity.CredentialSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What a head in a Kubernetes cluster has in addition; its Kubernetes client is a bean.
 *
 * @param workers filled from Worker resources by the head; {@link HeadPorts#keys}, {@link
 *     HeadPorts#registration} and {@link HeadPorts#onRevocation} answer from it
 * @param identity completes when the registrar has attested this head: workers can dial from then
 *     on
 * @param artifacts host:port where the operator serves what it fetched; empty: nowhere
 */
public record ClusterHeadPorts(
    WorkerRegister workers,
    CompletionStage<CredentialSource> identity,
    Optional<String> artifacts) {}
